// Sites of one capture among each other: nothing is compared until pairs are chosen and asked for.
import { type Capture, MOST_PAIRS, type SiteComparison, type SitePair } from '@mistudio/contracts'
import { useEffect, useState } from 'react'
import { Button, Card, ErrorState, Field, formatNumber, plural, Select, SkeletonList } from '../../../ui/index.js'
import { useOwnPairs } from '../api.js'
import { type PairChoice, pairOf, pairsFor, shortSite } from '../prepare.js'
import { HeatMap, PairTable } from './pairs.js'

const CHOICES: readonly [PairChoice, string][] = [
  ['neighbours', 'neighbouring layers'],
  ['one', 'two sites'],
  ['with_all', 'one site with each other'],
  ['all', 'each with each'],
]

export function OwnPairs({ capture }: { capture: Capture }) {
  const { sites } = capture
  const [choice, setChoice] = useState<PairChoice>(
    pairsFor('neighbours', sites, '', '').length > 0 ? 'neighbours' : 'one',
  )
  const [a, setA] = useState(sites.at(-1)!.name)
  const [b, setB] = useState(sites[0]!.name)
  const [asked, setAsked] = useState<readonly SitePair[]>([])
  const pairs = pairsFor(choice, sites, a, b)
  const options = sites.map(({ name }) => ({ value: name, label: shortSite(name) }))
  const many = choice === 'all' && pairs.length > MOST_PAIRS
  const reason = many
    ? `${formatNumber(pairs.length)} pairs are too many at once; at most ${MOST_PAIRS}.`
    : pairs.length === 0
      ? choice === 'neighbours'
        ? 'No site was captured in two layers.'
        : 'Choose two different sites.'
      : null
  return (
    <Card
      title="Compare sites"
      description="CKA, cosines and change between sites of this capture, on tokens taken evenly from it. Compared when you ask."
    >
      <div className="flex flex-wrap items-end gap-3">
        <Field label="Pairs" className="w-60">
          <Select<PairChoice>
            value={choice}
            onChange={setChoice}
            options={CHOICES.map(([value, label]) => ({ value, label }))}
          />
        </Field>
        {(choice === 'one' || choice === 'with_all') && (
          <Field label="Site" className="w-56">
            <Select value={a} onChange={setA} options={options} />
          </Field>
        )}
        {choice === 'one' && (
          <Field label="against" className="w-56">
            <Select value={b} onChange={setB} options={options} />
          </Field>
        )}
        <Button kind="primary" disabledReason={reason} showReason onClick={() => setAsked(pairs)}>
          {pairs.length > 0 && !many ? `Compare ${plural(pairs.length, 'pair')}` : 'Compare'}
        </Button>
      </div>
      {asked.length > 0 && <Answers key={JSON.stringify(asked)} capture={capture} pairs={asked} />}
    </Card>
  )
}

function Answers({ capture, pairs }: { capture: Capture; pairs: readonly SitePair[] }) {
  const { data, error, hasNextPage, isFetching, fetchNextPage, refetch } = useOwnPairs(capture.id, pairs)
  useEffect(() => {
    if (hasNextPage && !isFetching && !error) void fetchNextPage()
  }, [hasNextPage, isFetching, error, fetchNextPage])
  const found = data?.pages.flatMap((answer) => answer.pairs) ?? []
  const more = () => void (data ? fetchNextPage() : refetch())
  return (
    <div className="mt-4">
      {found.length > 0 && <Found capture={capture} pairs={pairs} found={found} />}
      {error ? (
        <ErrorState error={error} onRetry={more} />
      ) : (
        found.length < pairs.length && <SkeletonList rows={1} className="mt-3 h-10" />
      )}
    </div>
  )
}

function Found({ capture, pairs, found }: { capture: Capture; pairs: readonly SitePair[]; found: SiteComparison[] }) {
  const sites = capture.sites.map(({ name }) => name)
  const each = pairs.length === (sites.length * (sites.length - 1)) / 2
  return (
    <>
      <p className="mb-3 text-sm text-muted" aria-live="polite">
        {formatNumber(found.length)} of {plural(pairs.length, 'pair')} on {formatNumber(found[0]?.tokens)} of{' '}
        {formatNumber(capture.tokens)} tokens. CKA with fewer tokens than dimensions is near 1 by chance.
      </p>
      {each && sites.length > 2 && (
        <HeatMap
          rows={sites}
          columns={sites}
          pairOf={(row, column) => (row === column ? 'same' : pairOf(found, row, column))}
        />
      )}
      <PairTable pairs={found} />
    </>
  )
}
