// The steering bench: what to steer with on the left, texts side by side on the right, experiments below.
import SlidersHorizontal from 'lucide-react/icons/sliders-horizontal'
import { useRead } from '../../../data/index.js'
import { useLiveStatus } from '../../../live/index.js'
import { places } from '../../../places/index.js'
import { EmptyState, ErrorState, LinkButton, Page, SkeletonList, usePlace } from '../../../ui/index.js'
import { useSteering } from '../api.js'
import { fromRequest, startDraft } from '../draft.js'
import { Bench } from './bench.js'
import { Experiments } from './experiments.js'

export function SteeringPage() {
  const [{ id }] = usePlace(places.experiment)
  const [asked] = usePlace(places.steering)
  const steering = useSteering(id ?? null)
  const extractions = useRead('listExtractions', { query: { ready: 'true' } })
  const since = useLiveStatus((state) => state.lastContact)
  const ready = extractions.data
  const error =
    extractions.error && !extractions.data
      ? extractions.error
      : steering.error && !steering.data
        ? steering.error
        : null
  const title = steering.data?.name ?? 'Steering'
  return (
    <Page
      wide
      title={title}
      {...(id ? { crumbs: [{ label: 'Steering', to: places.steering() }] } : {})}
      subtitle="Add features to the model's stream while it writes, and compare with the text it writes by itself."
    >
      {error ? (
        <ErrorState
          error={error}
          since={since}
          onRetry={() => {
            void extractions.refetch()
            if (id) void steering.refetch()
          }}
        />
      ) : !ready || (id && !steering.data) ? (
        <SkeletonList rows={2} className="h-64" />
      ) : ready.length === 0 && !steering.data ? (
        <EmptyState
          icon={SlidersHorizontal}
          action={
            <LinkButton kind="primary" to={places.extractions()}>
              Start an extraction
            </LinkButton>
          }
        >
          Choose an SAE, then one or more features. Missing now: an extraction, which tells what the features are.
        </EmptyState>
      ) : (
        <Bench
          key={id ?? places.steering(asked)}
          extractions={ready}
          steering={steering.data ?? null}
          initial={steering.data ? fromRequest(steering.data.request) : startDraft(asked)}
        />
      )}
      <Experiments currentId={id ?? null} />
    </Page>
  )
}
