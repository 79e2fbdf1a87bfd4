// One extraction of a list: progress while it runs, figures and the way to its features when it is done.
import type { Extraction } from '@mistudio/contracts'
import Layers from 'lucide-react/icons/layers'
import Trash2 from 'lucide-react/icons/trash-2'
import { useState } from 'react'
import { JobActions } from '../../../jobs/view/job-actions.js'
import { JobProgress } from '../../../jobs/view/job-progress.js'
import { DeleteDialog, ResourceCard } from '../../../kit/index.js'
import { isActive } from '../../../live/index.js'
import { places } from '../../../places/index.js'
import { formatCount, IconButton, LinkButton, RelativeTime, StatusBadge } from '../../../ui/index.js'
import { RunPrecision } from '../../precision/index.js'
import { deleteExtraction } from '../api.js'
import { extractionName, summaryLine } from '../prepare.js'
import { textLine } from '../text.js'

export function ExtractionCard({ extraction }: { extraction: Extraction }) {
  const [deleting, setDeleting] = useState(false)
  const { job } = extraction
  const ready = extraction.status === 'ready'
  const active = isActive(job)
  const badge = ready ? 'ready' : (job?.state ?? extraction.status)
  const name = extractionName(extraction)
  return (
    <ResourceCard
      icon={Layers}
      tone="emerald"
      name={name}
      to={ready ? places.features({ extractionId: extraction.id }) : null}
      line={`${extraction.modelName} · ${extraction.site} · ${formatCount(extraction.dSae)} features`}
      details={
        ready && (
          <>
            <p className="mt-0.5 text-sm text-muted">{summaryLine(extraction)}</p>
            <p className="mt-0.5 text-sm text-muted">{textLine(extraction)}</p>
          </>
        )
      }
      marks={<RunPrecision precision={extraction.precision} modelId={extraction.modelId} />}
      aside={
        <>
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
        </>
      }
      foot={
        <>
          started <RelativeTime at={extraction.createdAt} />
        </>
      }
    >
      {extraction.precision !== extraction.saePrecision && (
        <p className="mt-2 text-sm text-tone-amber">
          Read at {extraction.precision}; the SAE was trained at {extraction.saePrecision}.
        </p>
      )}
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
      <DeleteDialog
        things={deleting ? [extraction] : null}
        onClose={() => setDeleting(false)}
        nouns={{ one: 'extraction', many: 'extractions' }}
        nameOf={extractionName}
        goes={({ dSae }) => [`Figures and examples of ${formatCount(dSae)} features`]}
        stays={() => ['The SAE', 'Labels, notes and stars: they belong to the SAE']}
        remove={({ id }) => deleteExtraction(id)}
      />
    </ResourceCard>
  )
}
