// The list of extractions: what has been read, what is being read, and the start of another.
import Layers from 'lucide-react/icons/layers'
import Plus from 'lucide-react/icons/plus'
import { useLiveStatus } from '../../../live/index.js'
import { places } from '../../../places/index.js'
import {
  ExtractionCard,
  missingFor,
  StartExtraction,
  sortExtractions,
  useAllSaes,
  useAllTokenizations,
  useExtractions,
} from '../../../shared/extractions/index.js'
import { Button, EmptyState, ErrorState, LinkButton, Page, SkeletonList, usePlace } from '../../../ui/index.js'

export function ExtractionsPage() {
  const extractions = useExtractions()
  const saes = useAllSaes()
  const tokenizations = useAllTokenizations()
  const since = useLiveStatus((state) => state.lastContact)
  const [{ start: starting, saeId }, change] = usePlace(places.extractions)
  const missing = saes.data && tokenizations.data ? missingFor(saes.data, tokenizations.data) : null
  const start = (
    <Button
      kind="primary"
      icon={Plus}
      disabledReason={missing ? `Missing: ${missing.text}.` : null}
      onClick={() => change({ start: true }, { replace: true })}
    >
      Start extraction
    </Button>
  )
  return (
    <Page
      title="Features"
      subtitle="An extraction reads a dataset through an SAE and describes every feature."
      actions={start}
    >
      {extractions.error && !extractions.data ? (
        <ErrorState error={extractions.error} since={since} onRetry={() => void extractions.refetch()} />
      ) : !extractions.data ? (
        <SkeletonList rows={3} className="h-32" />
      ) : extractions.data.length === 0 ? (
        <EmptyState
          icon={Layers}
          action={
            missing ? (
              <LinkButton kind="primary" to={missing.to}>
                {missing.action}
              </LinkButton>
            ) : (
              start
            )
          }
        >
          Features appear after an SAE has read a dataset.{' '}
          {missing ? `Missing now: ${missing.text}.` : 'Everything needed is here.'}
        </EmptyState>
      ) : (
        <div className="space-y-3">
          {sortExtractions(extractions.data).map((one) => (
            <ExtractionCard key={one.id} extraction={one} />
          ))}
        </div>
      )}
      <StartExtraction
        open={starting === true && !missing}
        onClose={() => change({ start: null, saeId: null }, { replace: true })}
        saeId={saeId ?? null}
      />
    </Page>
  )
}
