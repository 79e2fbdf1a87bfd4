// Two captures beside each other: what each found, and their sites paired on the tokens that both read.
import type { Capture } from '@mistudio/contracts'
import Boxes from 'lucide-react/icons/boxes'
import { useCaptures } from '../../../data/index.js'
import { useLiveStatus } from '../../../live/index.js'
import { places } from '../../../places/index.js'
import {
  Card,
  EmptyState,
  ErrorState,
  Field,
  formatDateTime,
  formatNumber,
  Notice,
  Page,
  plural,
  Select,
  SkeletonList,
  usePlace,
} from '../../../ui/index.js'
import { useComparison } from '../api.js'
import { captureOption, comparableWith } from '../prepare.js'
import { HeatMap, PairTable } from './pairs.js'
import { SideBySide } from './side-by-side.js'

export function ComparePage() {
  const captures = useCaptures()
  const since = useLiveStatus((state) => state.lastContact)
  return (
    <Page
      title="Compare captures"
      crumbs={[{ label: 'Captures', to: places.captures() }]}
      subtitle="Two models, or two places, on the same tokens."
    >
      {captures.error && !captures.data ? (
        <ErrorState error={captures.error} since={since} onRetry={() => void captures.refetch()} />
      ) : captures.data ? (
        <ChosenPair finished={captures.data.filter(({ summary }) => summary !== null)} />
      ) : (
        <SkeletonList rows={2} className="h-40" />
      )}
    </Page>
  )
}

function ChosenPair({ finished }: { finished: readonly Capture[] }) {
  const [chosen, change] = usePlace(places.compareCaptures)
  const a = finished.find(({ id }) => id === chosen.a)
  const others = a ? comparableWith(a, finished) : []
  const b = others.find(({ id }) => id === chosen.b)
  if (finished.length === 0) {
    return <EmptyState icon={Boxes}>No capture has finished yet. Two finished captures can be compared.</EmptyState>
  }
  const options = (list: readonly Capture[]) =>
    list.map((one) => ({ value: one.id, label: captureOption(one, formatDateTime) }))
  return (
    <div className="space-y-5">
      <Card>
        <div className="grid gap-4 md:grid-cols-2">
          <Field label="a">
            <Select
              value={a?.id ?? ''}
              onChange={(id) => change({ a: id, b: null })}
              options={options(finished)}
              placeholder="Choose a capture"
            />
          </Field>
          <Field label="b" hint="Captures of the same dataset, split and context size.">
            <Select
              value={b?.id ?? ''}
              onChange={(id) => change({ b: id })}
              options={options(others)}
              placeholder={a && others.length === 0 ? 'None fits' : 'Choose a capture'}
            />
          </Field>
        </div>
      </Card>
      {a && others.length === 0 && (
        <Notice tone="amber">
          No other finished capture read the same dataset in contexts of {formatNumber(a.contextSize)} tokens. Capture
          it with another model or at other sites.
        </Notice>
      )}
      {a && b && (
        <>
          <SideBySide a={a} b={b} />
          <Pairs a={a} b={b} />
        </>
      )}
    </div>
  )
}

function Pairs({ a, b }: { a: Capture; b: Capture }) {
  const comparison = useComparison(a.id, b.id)
  const since = useLiveStatus((state) => state.lastContact)
  const { data, error } = comparison
  if (error && !data) return <ErrorState error={error} since={since} onRetry={() => void comparison.refetch()} />
  if (!data) {
    return (
      <Card title="Pairs of sites" description="Reading both captures; this takes some seconds.">
        <SkeletonList rows={1} className="h-40" />
      </Card>
    )
  }
  const tokens = data.pairs[0]?.tokens ?? 0
  const paired = data.pairing === 'same_name' ? 'Sites of the same name, since there are too many pairs. ' : ''
  const from = data.sampledFrom < data.sharedTokens ? ` from the first ${formatNumber(data.sampledFrom)}` : ''
  return (
    <Card
      title={plural(data.pairs.length, 'pair of sites', 'pairs of sites')}
      description={`${paired}On ${formatNumber(tokens)} tokens taken evenly${from} of ${formatNumber(data.sharedTokens)} that both read. CKA with fewer tokens than dimensions is near 1 by chance.`}
    >
      <HeatMap
        rows={a.sites.map(({ name }) => name)}
        columns={b.sites.map(({ name }) => name)}
        pairOf={(row, column) => data.pairs.find((pair) => pair.a === row && pair.b === column) ?? null}
      />
      <PairTable pairs={data.pairs} />
    </Card>
  )
}
