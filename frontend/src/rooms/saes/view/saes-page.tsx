// The list of SAEs.
import { judgeKnown, SAE_LAYOUT_TEXTS, type Sae } from '@mistudio/contracts'
import Import from 'lucide-react/icons/import'
import Network from 'lucide-react/icons/network'
import { useState } from 'react'
import { Link } from 'react-router'
import { subjectStatus } from '../../../jobs/prepare.js'
import { DamageBadge } from '../../../jobs/view/damage.js'
import { JobProgress } from '../../../jobs/view/job-progress.js'
import { useLiveStatus } from '../../../live/index.js'
import { places } from '../../../places/index.js'
import { RunPrecision } from '../../../shared/precision/index.js'
import {
  Badge,
  EmptyState,
  ErrorState,
  FilteredEmpty,
  LinkButton,
  Page,
  plural,
  QualityBadge,
  RelativeTime,
  SearchInput,
  SkeletonList,
  StatusBadge,
} from '../../../ui/index.js'
import { useSaes } from '../api.js'
import { importLine, saeFigures } from '../prepare.js'
import { VerdictBadge } from './self-check.js'

export function SaesPage() {
  const saes = useSaes()
  const since = useLiveStatus((state) => state.lastContact)
  const [search, setSearch] = useState('')
  const list = saes.data ?? []
  const found = list.filter((sae) =>
    `${sae.name} ${sae.modelName} ${sae.sites.join(' ')}`.toLowerCase().includes(search.toLowerCase()),
  )
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
    <Page title="SAEs" subtitle="Sparse autoencoders, trained here or imported, as SAELens files." actions={actions}>
      {list.length > 3 && (
        <SearchInput value={search} onChange={setSearch} placeholder="Find an SAE" className="mb-4 max-w-sm" />
      )}
      {saes.error && !saes.data ? (
        <ErrorState error={saes.error} since={since} onRetry={() => void saes.refetch()} />
      ) : !saes.data ? (
        <SkeletonList rows={3} className="h-28" />
      ) : list.length === 0 ? (
        <EmptyState icon={Network} action={actions}>
          No SAEs yet. A finished training leaves one here, and published ones can be imported for a model you have.
        </EmptyState>
      ) : found.length === 0 ? (
        <FilteredEmpty onClear={() => setSearch('')}>
          No SAE fits “{search}” ({list.length} before filtering).
        </FilteredEmpty>
      ) : (
        <div className="space-y-3">
          {[...found]
            .sort((a, b) => b.createdAt.localeCompare(a.createdAt))
            .map((sae) => (
              <SaeCard key={sae.id} sae={sae} />
            ))}
        </div>
      )}
    </Page>
  )
}

function SaeCard({ sae }: { sae: Sae }) {
  return (
    <article className="flex flex-wrap items-start justify-between gap-3 rounded-lg border border-line bg-card p-5">
      <div className="flex min-w-0 gap-4">
        <Network className="mt-1 size-6 shrink-0 text-tone-purple" aria-hidden />
        <div className="min-w-0">
          <h2 className="text-lg font-semibold wrap-anywhere text-heading">
            <Link to={places.sae({ id: sae.id })} className="hover:underline">
              {sae.name}
            </Link>
          </h2>
          <p className="text-sm text-body">
            {sae.modelName} · {importLine(sae)}
          </p>
          {saeFigures(sae) && <p className="mt-0.5 text-sm text-muted">{saeFigures(sae)}</p>}
          <p className="mt-1.5 flex flex-wrap gap-2">
            {sae.status !== 'ready' && <StatusBadge status={subjectStatus(sae.status, sae.job)} />}
            <QualityBadge problems={judgeKnown(sae)} />
            <DamageBadge damage={sae.damage} />
            {sae.check && <VerdictBadge check={sae.check} />}
            {sae.layout && <Badge>{SAE_LAYOUT_TEXTS[sae.layout].label}</Badge>}
            <RunPrecision precision={sae.precision} modelId={sae.modelId} />
          </p>
          {sae.status === 'importing' && sae.job && (
            <div className="mt-3 w-96 max-w-full">
              <JobProgress job={sae.job} tone="purple" label={`Importing ${sae.name}`} />
            </div>
          )}
          <p className="mt-2 text-xs text-muted">
            made <RelativeTime at={sae.createdAt} /> ·{' '}
            {sae.extractions === 0 ? 'no extractions yet' : plural(sae.extractions, 'extraction')}
          </p>
        </div>
      </div>
      {sae.status === 'ready' && (
        <LinkButton to={places.extractions({ start: true, saeId: sae.id })}>Start extraction</LinkButton>
      )}
    </article>
  )
}
