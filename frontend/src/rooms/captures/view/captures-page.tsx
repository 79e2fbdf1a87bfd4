// The list of captures.
import type { Capture } from '@mistudio/contracts'
import Boxes from 'lucide-react/icons/boxes'
import { Link } from 'react-router'
import { DamageBadge } from '../../../jobs/view/damage.js'
import { JobProgress } from '../../../jobs/view/job-progress.js'
import { isActive, useLiveStatus } from '../../../live/index.js'
import { places } from '../../../places/index.js'
import { RunPrecision } from '../../../shared/precision/index.js'
import { EmptyState, ErrorState, LinkButton, Page, RelativeTime, SkeletonList, StatusBadge } from '../../../ui/index.js'
import { useCaptures } from '../api.js'
import { captureLine, captureName } from '../prepare.js'

export function CapturesPage() {
  const captures = useCaptures()
  const since = useLiveStatus((state) => state.lastContact)
  const start = (
    <LinkButton kind="primary" to={places.newCapture()}>
      Capture activations
    </LinkButton>
  )
  return (
    <Page title="Activations" subtitle="What a model computes at chosen sites, kept in files." actions={start}>
      {captures.error && !captures.data ? (
        <ErrorState error={captures.error} since={since} onRetry={() => void captures.refetch()} />
      ) : !captures.data ? (
        <SkeletonList rows={3} className="h-28" />
      ) : captures.data.length === 0 ? (
        <EmptyState icon={Boxes} action={start}>
          No captures yet. A capture reads a tokenized dataset through a model once and keeps the activations.
        </EmptyState>
      ) : (
        <div className="space-y-3">
          {captures.data.map((capture) => (
            <CaptureCard key={capture.id} capture={capture} />
          ))}
        </div>
      )}
    </Page>
  )
}

function CaptureCard({ capture }: { capture: Capture }) {
  const { job } = capture
  return (
    <article className="rounded-lg border border-line bg-card p-5">
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div className="min-w-0">
          <h2 className="text-lg font-semibold wrap-anywhere text-heading">
            <Link to={places.capture({ id: capture.id })} className="hover:underline">
              {captureName(capture)}
            </Link>
          </h2>
          <p className="text-sm text-body">{captureLine(capture)}</p>
          <p className="mt-1.5">
            <RunPrecision precision={capture.precision} modelId={capture.modelId} />
          </p>
          <p className="mt-2 text-xs text-muted">
            started <RelativeTime at={capture.createdAt} />
          </p>
        </div>
        <DamageBadge damage={capture.damage} />
        <StatusBadge status={capture.status === 'ready' ? 'ready' : (job?.state ?? capture.status)} />
      </div>
      {job && isActive(job) && <JobProgress job={job} label={`Capturing ${captureName(capture)}`} />}
    </article>
  )
}
