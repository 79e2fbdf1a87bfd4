// One extraction of a list: progress while it runs, figures and the way to its features when it is done.
import type { Extraction } from '@mistudio/contracts'
import Layers from 'lucide-react/icons/layers'
import Trash2 from 'lucide-react/icons/trash-2'
import { useState } from 'react'
import { Link } from 'react-router'
import { JobActions } from '../../../jobs/view/job-actions.js'
import { JobProgress } from '../../../jobs/view/job-progress.js'
import { isActive } from '../../../live/index.js'
import { places } from '../../../places/index.js'
import {
  ConfirmDialog,
  formatCount,
  IconButton,
  LinkButton,
  RelativeTime,
  StatusBadge,
  toast,
} from '../../../ui/index.js'
import { RunPrecision } from '../../precision/index.js'
import { deleteExtraction } from '../api.js'
import { summaryLine } from '../prepare.js'
import { textLine } from '../text.js'

export function ExtractionCard({ extraction }: { extraction: Extraction }) {
  const [deleting, setDeleting] = useState(false)
  const { job } = extraction
  const ready = extraction.status === 'ready'
  const active = isActive(job)
  const badge = ready ? 'ready' : (job?.state ?? extraction.status)
  const name = `${extraction.saeName} on ${extraction.datasetName}`
  return (
    <article className="rounded-lg border border-line bg-card p-5">
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div className="flex min-w-0 flex-1 basis-96 gap-4">
          <Layers className="mt-1 size-6 shrink-0 text-tone-emerald" aria-hidden />
          <div className="min-w-0">
            <h2 className="text-lg font-semibold wrap-anywhere text-heading">
              {ready ? (
                <Link to={places.features({ extractionId: extraction.id })} className="hover:underline">
                  {name}
                </Link>
              ) : (
                name
              )}
            </h2>
            <p className="text-sm text-body">
              {extraction.modelName} · {extraction.site} · {formatCount(extraction.dSae)} features
            </p>
            {ready && <p className="mt-0.5 text-sm text-muted">{summaryLine(extraction)}</p>}
            {ready && <p className="mt-0.5 text-sm text-muted">{textLine(extraction)}</p>}
            <p className="mt-1.5">
              <RunPrecision precision={extraction.precision} modelId={extraction.modelId} />
            </p>
            {extraction.precision !== extraction.saePrecision && (
              <p className="mt-1 text-sm text-tone-amber">
                Read at {extraction.precision}; the SAE was trained at {extraction.saePrecision}.
              </p>
            )}
          </div>
        </div>
        <div className="flex flex-wrap items-center gap-2">
          <StatusBadge status={badge} />
          {ready && (
            <LinkButton kind="primary" to={places.features({ extractionId: extraction.id })}>
              Browse features
            </LinkButton>
          )}
          {job && !ready && <JobActions job={job} size="sm" />}
          {!active && (
            <IconButton
              icon={Trash2}
              tone="danger"
              label={`Delete the extraction ${name}`}
              onClick={() => setDeleting(true)}
            />
          )}
        </div>
      </div>
      {job && active && (
        <div className="mt-4">
          <JobProgress job={job} label={`Extracting ${name}`} />
        </div>
      )}
      {job?.state === 'failed' && (
        <p className="mt-3 text-sm wrap-anywhere text-tone-red">
          {job.error?.message ?? 'It failed without saying why.'}
        </p>
      )}
      <p className="mt-3 text-xs text-muted">
        started <RelativeTime at={extraction.createdAt} />
      </p>
      <ConfirmDialog
        open={deleting}
        onClose={() => setDeleting(false)}
        verb="Delete"
        kind="extraction"
        name={name}
        goes={[`Figures and examples of ${formatCount(extraction.dSae)} features`]}
        stays={['The SAE', 'Labels, notes and stars: they belong to the SAE']}
        onConfirm={async () => {
          await deleteExtraction(extraction.id)
          toast.success('The extraction was deleted.')
        }}
      />
    </article>
  )
}
