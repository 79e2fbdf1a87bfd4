// The list of SAEs.
import { judgeKnown, SAE_LAYOUT_TEXTS, type Sae } from '@mistudio/contracts'
import Import from 'lucide-react/icons/import'
import Network from 'lucide-react/icons/network'
import { subjectStatus } from '../../../jobs/prepare.js'
import { DamageBadge } from '../../../jobs/view/damage.js'
import { JobProgress } from '../../../jobs/view/job-progress.js'
import {
  byName,
  byTag,
  newestFirst,
  oldestFirst,
  ResourceCard,
  ResourceList,
  type RulesOf,
} from '../../../kit/index.js'
import { places } from '../../../places/index.js'
import { RunPrecision } from '../../../shared/precision/index.js'
import { Badge, formatBytes, LinkButton, plural, QualityBadge, RelativeTime, StatusBadge } from '../../../ui/index.js'
import { deleteSae } from '../api.js'
import { importLine, isCrosscoderSae, saeFigures } from '../prepare.js'
import { VerdictBadge } from './self-check.js'

const NOUNS = { one: 'SAE', many: 'SAEs' }
const RULES: RulesOf<'listSaes'> = {
  orders: [newestFirst, oldestFirst, byName, { id: 'size', label: 'Most features first', sort: '-dSae' }],
  filters: [
    byTag,
    { id: 'model', label: 'Model' },
    { id: 'site', label: 'Site', say: (value) => (value === 'several' ? 'several sites' : value) },
    { id: 'origin', label: 'Origin', say: (value) => (value === 'trained' ? 'trained here' : value) },
  ],
}

export function SaesPage() {
  const actions = (
    <>
      <LinkButton icon={Import} to={places.importSae()}>
        Import an SAE
      </LinkButton>
      <LinkButton kind="primary" to={places.newTraining()}>
        Train an SAE
      </LinkButton>
    </>
  )
  return (
    <ResourceList
      of="listSaes"
      title="SAEs"
      subtitle="Sparse autoencoders, trained here or imported, as SAELens files."
      nouns={NOUNS}
      rules={RULES}
      icon={Network}
      actions={actions}
      empty="No SAEs yet. A finished training leaves one here, and published ones can be imported for a model you have."
      emptyActions={actions}
      nameOf={({ name }) => name}
      card={(sae) => <SaeCard sae={sae} />}
      deletion={{
        goes: ({ bytes }) => [`Its files (${formatBytes(bytes)})`, 'Labels, notes and stars of its features'],
        stays: () => ['Models, and trainings with their curves', 'SAEs with extractions: each is named'],
        remove: ({ id }) => deleteSae(id),
      }}
    />
  )
}

function SaeCard({ sae }: { sae: Sae }) {
  return (
    <ResourceCard
      icon={Network}
      tone="purple"
      name={sae.name}
      about={sae}
      to={places.sae({ id: sae.id })}
      line={`${sae.modelName} · ${importLine(sae)}`}
      details={saeFigures(sae) && <p className="mt-0.5 text-sm text-muted">{saeFigures(sae)}</p>}
      marks={
        <>
          {sae.status !== 'ready' && <StatusBadge status={subjectStatus(sae.status, sae.job)} />}
          <QualityBadge problems={judgeKnown(sae)} />
          <DamageBadge damage={sae.damage} />
          {sae.check && <VerdictBadge check={sae.check} />}
          {sae.layout && <Badge>{SAE_LAYOUT_TEXTS[sae.layout].label}</Badge>}
          <RunPrecision precision={sae.precision} modelId={sae.modelId} />
        </>
      }
      aside={
        sae.status === 'ready' &&
        !isCrosscoderSae(sae) && (
          <LinkButton to={places.extractions({ start: true, saeId: sae.id })}>Start extraction</LinkButton>
        )
      }
      foot={
        <>
          made <RelativeTime at={sae.createdAt} /> ·{' '}
          {sae.extractions === 0 ? 'no extractions yet' : plural(sae.extractions, 'extraction')}
        </>
      }
    >
      {sae.status === 'importing' && sae.job && (
        <div className="mt-3 w-96 max-w-full">
          <JobProgress job={sae.job} tone="purple" label={`Importing ${sae.name}`} />
        </div>
      )}
    </ResourceCard>
  )
}
