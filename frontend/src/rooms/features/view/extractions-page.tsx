// The list of extractions: what has been read, what is being read, and the start of another.
import Layers from 'lucide-react/icons/layers'
import Plus from 'lucide-react/icons/plus'
import { useTokenizations } from '../../../data/index.js'
import { byName, oldestFirst, ResourceList, type RulesOf, workFirst } from '../../../kit/index.js'
import { isActive } from '../../../live/index.js'
import { places } from '../../../places/index.js'
import {
  deleteExtraction,
  ExtractionCard,
  extractionName,
  missingFor,
  StartExtraction,
  useReadableSaes,
} from '../../../shared/extractions/index.js'
import { Button, formatCount, LinkButton, usePlace } from '../../../ui/index.js'

const NOUNS = { one: 'extraction', many: 'extractions' }
const RULES: RulesOf<'listExtractions'> = {
  orders: [workFirst, oldestFirst, byName],
  filters: [
    { id: 'sae', label: 'SAE' },
    { id: 'model', label: 'Model' },
    { id: 'dataset', label: 'Dataset' },
  ],
}

export function ExtractionsPage() {
  const saes = useReadableSaes()
  const tokenizations = useTokenizations()
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
    <ResourceList
      of="listExtractions"
      title="Features"
      subtitle="An extraction reads a dataset through an SAE and describes every feature."
      nouns={NOUNS}
      rules={RULES}
      icon={Layers}
      actions={start}
      empty={`Features appear after an SAE has read a dataset. ${missing ? `Missing now: ${missing.text}.` : 'Everything needed is here.'}`}
      emptyActions={
        missing ? (
          <LinkButton kind="primary" to={missing.to}>
            {missing.action}
          </LinkButton>
        ) : (
          start
        )
      }
      nameOf={extractionName}
      card={(one) => <ExtractionCard extraction={one} />}
      deletion={{
        goes: ({ dSae }) => [`Figures and examples of ${formatCount(dSae)} features`],
        stays: () => ['The SAE', 'Labels, notes and stars'],
        remove: ({ id }) => deleteExtraction(id),
        reason: (chosen) => (chosen.some(({ job }) => isActive(job)) ? 'One of them still runs: stop it first.' : null),
      }}
    >
      <StartExtraction
        open={starting === true && !missing}
        onClose={() => change({ start: null, saeId: null }, { replace: true })}
        saeId={saeId ?? null}
      />
    </ResourceList>
  )
}
