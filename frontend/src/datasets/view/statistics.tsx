// Figures of a tokenization: sizes, lengths, vocabulary, held-out part.
import type { Dataset, TokenizationStats } from '@mistudio/contracts'
import { Card, formatCount, formatNumber, formatPercent, plural, Stat, StatRow } from '../../ui/index.js'
import { coverage, histogramBars } from '../prepare.js'
import { WithTokenization } from './tokenization-select.js'

export function Statistics({ dataset, onTokenize }: { dataset: Dataset; onTokenize(): void }) {
  return (
    <WithTokenization dataset={dataset} onTokenize={onTokenize}>
      {({ stats }) => stats && <Figures stats={stats} />}
    </WithTokenization>
  )
}

function Figures({ stats }: { stats: TokenizationStats }) {
  const contexts = stats.trainContexts + stats.heldOutContexts
  return (
    <>
      <StatRow>
        <Stat label="Documents" value={formatCount(stats.documents)} tone="emerald" />
        <Stat
          label="Tokens"
          value={formatCount(stats.tokens)}
          tone="blue"
          detail={`${formatNumber(stats.droppedTokens)} dropped at the ends`}
        />
        <Stat
          label="Contexts to train on"
          value={formatCount(stats.trainContexts)}
          detail={`of ${formatCount(contexts)}`}
        />
        <Stat
          label="Held out"
          value={formatCount(stats.heldOutContexts)}
          detail={contexts ? `contexts, ${formatPercent(stats.heldOutContexts / contexts)}` : 'contexts'}
        />
        <Stat
          label="Vocabulary used"
          value={coverage(stats)}
          detail={`${formatNumber(stats.distinctTokens)} of ${formatNumber(stats.vocabSize)} tokens`}
        />
        <Stat label="Speed" value={formatCount(Math.round(stats.tokensPerSecond))} detail="tokens per second" />
      </StatRow>
      <Card
        title="Length of documents"
        description={`In tokens: shortest ${formatNumber(stats.minLength)}, median ${formatNumber(stats.medianLength)}, mean ${formatNumber(stats.meanLength, 1)}, longest ${formatNumber(stats.maxLength)}`}
      >
        <Histogram stats={stats} />
      </Card>
    </>
  )
}

function Histogram({ stats }: { stats: TokenizationStats }) {
  const bars = histogramBars(stats.histogram)
  const highest = Math.max(0, ...stats.histogram.counts)
  return (
    <figure>
      <div className="flex gap-2">
        <div className="flex h-52 w-12 flex-col justify-between text-right text-xs text-muted tabular-nums" aria-hidden>
          <span>{formatCount(highest)}</span>
          <span>{formatCount(Math.round(highest / 2))}</span>
          <span>0</span>
        </div>
        <ol
          className="flex h-52 min-w-0 flex-1 items-end gap-px border-b border-l border-line-strong pl-px"
          aria-label="Documents per length"
        >
          {bars.map((bar) => (
            <li
              key={bar.from}
              title={`${formatNumber(bar.from)}–${formatNumber(bar.to)} tokens: ${plural(bar.count, 'document')}`}
              className="group flex h-full min-w-0 flex-1 items-end hover:bg-hover"
            >
              <span className="sr-only">
                {bar.from} to {bar.to} tokens: {bar.count}
              </span>
              <span
                className="w-full rounded-t-sm bg-emerald-500"
                style={{ height: bar.count === 0 ? 0 : `max(2px, ${bar.height * 100}%)` }}
              />
            </li>
          ))}
        </ol>
      </div>
      <figcaption className="mt-1.5 flex justify-between pl-14 text-xs text-muted tabular-nums">
        <span>{formatNumber(bars[0]?.from ?? null)}</span>
        <span>tokens per document (number of documents upwards)</span>
        <span>{formatNumber(bars.at(-1)?.to ?? null)}</span>
      </figcaption>
    </figure>
  )
}
