// The steering bench: what to steer with on the left, texts side by side on the right, experiments below.
import type { Steering } from '@mistudio/contracts'
import SlidersHorizontal from 'lucide-react/icons/sliders-horizontal'
import { useParams, useSearchParams } from 'react-router'
import { useLiveStatus } from '../../../live/index.js'
import { useExtractions } from '../../../shared/extractions/index.js'
import { EmptyState, ErrorState, LinkButton, Page, SkeletonList } from '../../../ui/index.js'
import { useSteering } from '../api.js'
import { fromRequest, startDraft } from '../draft.js'
import { Bench } from './bench.js'
import { History } from './history.js'

export function SteeringPage() {
  const { id } = useParams()
  const [query] = useSearchParams()
  const steering = useSteering(id ?? null)
  const extractions = useExtractions()
  const since = useLiveStatus((state) => state.lastContact)
  const ready = extractions.data?.filter((one) => one.status === 'ready')
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
      {...(id ? { crumbs: [{ label: 'Steering', to: '/steering' }] } : {})}
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
            <LinkButton kind="primary" to="/features">
              Start an extraction
            </LinkButton>
          }
        >
          Choose an SAE, then one or more features. Missing now: an extraction, which tells what the features are.
        </EmptyState>
      ) : (
        <Bench
          key={`${id ?? 'new'}?${query}`}
          extractions={ready}
          steering={steering.data ?? null}
          initial={initialDraft(steering.data, query)}
        />
      )}
      <History currentId={id ?? null} />
    </Page>
  )
}

const initialDraft = (steering: Steering | undefined, query: URLSearchParams) =>
  steering ? fromRequest(steering.request) : startDraft(query)
