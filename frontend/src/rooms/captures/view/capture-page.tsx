// One capture: progress, statistics, comparisons, files.
import type { Capture, CaptureSummary } from '@mistudio/contracts'
import Download from 'lucide-react/icons/download'
import GitCompareArrows from 'lucide-react/icons/git-compare-arrows'
import Trash2 from 'lucide-react/icons/trash-2'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { DamageNotice } from '../../../jobs/view/damage.js'
import { JobActions } from '../../../jobs/view/job-actions.js'
import { JobProgress } from '../../../jobs/view/job-progress.js'
import { ResourcePage } from '../../../kit/index.js'
import { isActive, useSubject } from '../../../live/index.js'
import { places } from '../../../places/index.js'
import { RunPrecision } from '../../../shared/precision/index.js'
import {
  Button,
  Card,
  ConfirmDialog,
  CopyButton,
  formatBytes,
  LinkButton,
  Notice,
  Page,
  toast,
  usePlace,
} from '../../../ui/index.js'
import { captureFileUrl, deleteCapture, useCapture } from '../api.js'
import { captureLine, captureName, curlLine, siteList } from '../prepare.js'
import { Comparisons } from './comparisons.js'
import { OwnPairs } from './own-pairs.js'
import { Statistics } from './statistics.js'

const CRUMBS = [{ label: 'Captures', to: places.captures() }]

export function CapturePage() {
  const [{ id = '' }] = usePlace(places.capture)
  const capture = useCapture(id)
  useSubject('capture', id)
  return (
    <ResourcePage of={capture} title="Capture" crumbs={CRUMBS}>
      {(one) => <CaptureView capture={one} />}
    </ResourcePage>
  )
}

function CaptureView({ capture }: { capture: Capture }) {
  const navigate = useNavigate()
  const [deleting, setDeleting] = useState(false)
  const { job, summary } = capture
  const name = captureName(capture)
  return (
    <Page
      title={name}
      crumbs={CRUMBS}
      state={<RunPrecision precision={capture.precision} modelId={capture.modelId} />}
      subtitle={`${siteList(capture)} · ${captureLine(capture)}`}
      actions={
        <>
          {job && !summary && <JobActions job={job} />}
          {summary && (
            <LinkButton icon={GitCompareArrows} to={places.compareCaptures({ a: capture.id })}>
              Compare
            </LinkButton>
          )}
          <Button icon={Trash2} onClick={() => setDeleting(true)}>
            Delete
          </Button>
        </>
      }
    >
      <div className="space-y-5">
        <DamageNotice damage={capture.damage} id={capture.id} />
        {job && isActive(job) && <JobProgress job={job} label={`Capturing ${name}`} />}
        {job?.state === 'failed' && <Notice tone="red">{job.error?.message ?? 'It failed without saying why.'}</Notice>}
        {summary && (
          <>
            <Statistics statistics={summary.statistics} />
            {summary.comparisons.length > 0 && <Comparisons capture={capture} comparisons={summary.comparisons} />}
            {summary.comparisons.length === 0 && capture.sites.length > 1 && <OwnPairs capture={capture} />}
            <Files id={capture.id} summary={summary} />
          </>
        )}
      </div>
      <ConfirmDialog
        open={deleting}
        onClose={() => setDeleting(false)}
        verb="Delete"
        kind="capture"
        name={name}
        goes={[`Its files, ${formatBytes(summary?.bytes ?? capture.estimatedBytes)}`, 'Statistics']}
        stays={['Model, dataset and tokenization']}
        onConfirm={async () => {
          await deleteCapture(capture.id)
          toast.success('The capture was deleted.')
          void navigate(places.captures())
        }}
      />
    </Page>
  )
}

function Files({ id, summary }: { id: string; summary: CaptureSummary }) {
  const files = [{ name: 'manifest.json', bytes: null }, ...summary.files.map(({ name, bytes }) => ({ name, bytes }))]
  return (
    <Card title="Files" description="Each shard holds every site as [tokens, width], and tokens, contexts, positions.">
      <ul className="space-y-2">
        {files.map(({ name, bytes }) => (
          <li key={name} className="flex flex-wrap items-center justify-between gap-3 rounded-lg bg-tile px-4 py-2.5">
            <span>
              <code className="text-sm text-heading">{name}</code>{' '}
              {bytes !== null && <span className="text-xs text-muted">{formatBytes(bytes)}</span>}
            </span>
            <span className="flex gap-2">
              <CopyButton
                label="Copy curl"
                text={curlLine(`${window.location.origin}${captureFileUrl(id, name)}`, name)}
              />
              <a
                href={captureFileUrl(id, name)}
                download={name}
                aria-label={`Download ${name}`}
                className="inline-flex h-8 items-center gap-2 rounded-lg bg-secondary px-3 text-[13px] font-medium text-on-secondary hover:bg-secondary-hover"
              >
                <Download className="size-4" aria-hidden />
                Download
              </a>
            </span>
          </li>
        ))}
      </ul>
    </Card>
  )
}
