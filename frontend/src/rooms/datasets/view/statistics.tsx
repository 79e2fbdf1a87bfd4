// Figures of a tokenization: sizes, lengths, vocabulary, held-out part.
import type { Dataset, TokenizationStats } from '@mistudio/contracts'
import { roundTicks } from '../../../charts/index.js'
import { Card, formatCount, formatNumber, formatPercent, plural, Stat, StatRow } from '../../../ui/index.js'
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
  const highest = Math.max(1, ...stats.histogram.counts)
  const [first, last] = [bars[0]?.from ?? 0, bars.at(-1)?.to ?? 1]
  const scale = roundTicks(0, highest, 4).filter(Number.isInteger)
  return (
    <figure>
      <div className="flex gap-2">
        <div className="relative h-52 w-12 text-right text-xs text-muted tabular-nums" aria-hidden>
          {scale.map((mark) => (
            <span
              key={mark}
              className="absolute right-0 translate-y-1/2"
              style={{ bottom: `${(100 * mark) / highest}%` }}
            >
              {formatCount(mark)}
            </span>
          ))}
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
      <div className="relative mt-1.5 ml-14 h-4 text-xs text-muted tabular-nums" aria-hidden>
        {roundTicks(first, last, 6).map((mark) => (
          <span
            key={mark}
            className="absolute -translate-x-1/2"
            style={{ left: `${(100 * (mark - first)) / (last - first)}%` }}
          >
            {formatNumber(mark)}
          </span>
        ))}
      </div>
      <figcaption className="mt-1 text-center text-xs text-muted">
        tokens per document (number of documents upwards)
      </figcaption>
    </figure>
  )
}
