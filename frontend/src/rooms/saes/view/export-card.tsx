// An SAE going out: layouts that hold it number for number, their archives, single files, and the way to the hub.
import {
  judgeKnown,
  SAE_LAYOUT_TEXTS,
  type Sae,
  type SaeExport,
  SaeFileSchema,
  SaePublishedSchema,
} from '@mistudio/contracts'
import CloudUpload from 'lucide-react/icons/cloud-upload'
import Download from 'lucide-react/icons/download'
import Package from 'lucide-react/icons/package'
import { useState } from 'react'
import { useSend } from '../../../data/index.js'
import { JobProgress } from '../../../jobs/view/job-progress.js'
import { isActive } from '../../../live/index.js'
import {
  Button,
  Card,
  ErrorState,
  errorText,
  formatBytes,
  Notice,
  RelativeTime,
  SkeletonList,
} from '../../../ui/index.js'
import { saeArchiveUrl, saeFileUrl, useSaeExports } from '../api.js'
import { PublishDialog } from './publish-dialog.js'

const LINK =
  'inline-flex h-8 items-center gap-2 rounded-lg bg-secondary px-3 text-[13px] font-medium text-on-secondary hover:bg-secondary-hover'

export function ExportCard({ sae }: { sae: Sae }) {
  const [publishing, setPublishing] = useState(false)
  const exports = useSaeExports(sae.id)
  const { job } = sae
  const going = job && (job.kind === 'sae.export' || job.kind === 'sae.publish') ? job : null
  return (
    <Card
      title="Export"
      description="Only layouts that hold this SAE number for number are offered. Each archive carries the model card."
      actions={
        <Button icon={CloudUpload} onClick={() => setPublishing(true)}>
          Upload to the hub
        </Button>
      }
    >
      <div className="space-y-3">
        <Weaknesses sae={sae} />
        {going && isActive(going) && (
          <JobProgress
            job={going}
            tone="purple"
            label={going.kind === 'sae.export' ? `Exporting ${sae.name}` : `Uploading ${sae.name}`}
          />
        )}
        {going?.state === 'failed' && (
          <Notice tone="red" title={going.kind === 'sae.export' ? 'The last export failed' : 'The last upload failed'}>
            {going.error?.message}
          </Notice>
        )}
        {going?.kind === 'sae.publish' && going.state === 'completed' && <Published result={going.result} />}
        {exports.error && !exports.data ? (
          <ErrorState error={exports.error} onRetry={() => void exports.refetch()} />
        ) : !exports.data ? (
          <SkeletonList rows={3} className="h-12" />
        ) : (
          <ul className="space-y-2">
            {exports.data.map((one) => (
              <LayoutRow key={one.layout} sae={sae} one={one} />
            ))}
          </ul>
        )}
        <SingleFiles sae={sae} />
      </div>
      {publishing && <PublishDialog sae={sae} exports={exports.data ?? []} onClose={() => setPublishing(false)} />}
    </Card>
  )
}

/** Whoever gets the files gets these with them: they stand in the model card. */
function Weaknesses({ sae }: { sae: Sae }) {
  const problems = judgeKnown(sae)
  if (problems.length === 0) return null
  return (
    <Notice tone="amber" title="The model card names its weaknesses">
      {problems.map(({ message }) => message).join(' ')}
    </Notice>
  )
}

function LayoutRow({ sae, one }: { sae: Sae; one: SaeExport }) {
  const make = useSend('exportSae')
  const { layout, problem, note, archive } = one
  const { label, files } = SAE_LAYOUT_TEXTS[layout]
  const active = isActive(sae.job)
  return (
    <li className="flex flex-wrap items-center justify-between gap-3 rounded-lg bg-tile px-4 py-2.5">
      <span className="min-w-0">
        <span className="text-sm text-heading">{label}</span>
        <span className="block text-xs text-muted">{problem ?? note ?? files}</span>
        {make.error && <span className="block text-xs text-tone-red">{errorText(make.error)}</span>}
        {archive && (
          <span className="block text-xs text-muted">
            {formatBytes(archive.bytes)}, made <RelativeTime at={archive.madeAt} />
          </span>
        )}
      </span>
      {problem === null && (
        <span className="flex flex-wrap gap-2">
          <Button
            size="sm"
            icon={Package}
            busy={make.isPending}
            disabledReason={active ? 'Other work on this SAE is running.' : null}
            aria-label={`${archive ? 'Pack again as' : 'Pack as'} ${label}`}
            onClick={() => make.mutate({ params: { id: sae.id }, body: { layout } })}
          >
            {archive ? 'Pack again' : 'Pack'}
          </Button>
          {archive && (
            <a
              href={saeArchiveUrl(sae.id, layout)}
              download={archive.name}
              aria-label={`Download ${archive.name}`}
              className={LINK}
            >
              <Download className="size-4" aria-hidden />
              Download
            </a>
          )}
        </span>
      )}
    </li>
  )
}

/** The files as they are kept, one by one: archives end at 4 GiB, these do not. */
function SingleFiles({ sae }: { sae: Sae }) {
  // Frequencies come with an import or are measured by a check.
  const there = SaeFileSchema.options.filter((name) => name !== 'sparsity.safetensors' || sae.check !== null)
  return (
    <p className="flex flex-wrap items-center gap-x-4 gap-y-1 text-xs text-muted">
      Single files (SAELens):
      {there.map((file) => (
        <a
          key={file}
          href={saeFileUrl(sae.id, file)}
          download={file}
          aria-label={`Download ${file}`}
          className="font-mono underline hover:text-heading"
        >
          {file}
        </a>
      ))}
    </p>
  )
}

function Published({ result }: { result: unknown }) {
  const published = SaePublishedSchema.safeParse(result)
  if (!published.success) return null
  const { url, repo, commit, created } = published.data
  return (
    <Notice tone="emerald" title={`Uploaded to ${repo}${created ? ', which was made by it' : ''}`}>
      Commit{' '}
      <a href={url} target="_blank" rel="noreferrer" className="font-mono underline">
        {commit.slice(0, 12)}
      </a>
      .
    </Notice>
  )
}
