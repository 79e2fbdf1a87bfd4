// Output tokens that the feature raises and lowers most, as bars.
import type { ExtractionSummary, Feature, Logit } from '@mistudio/contracts'
import { visibleToken } from '../../../tokens/index.js'
import { Card } from '../../../ui/index.js'
import { barShare, logitsText } from '../prepare.js'

type OutputScale = ExtractionSummary['outputScale']

export function Logits({ feature, scale }: { feature: Feature; scale: OutputScale }) {
  return (
    <Card title="Effect on the output" description={logitsText(scale)}>
      <div className="grid gap-4 sm:grid-cols-2">
        <Bars title="Raised" logits={feature.positiveLogits} color="rgb(16 185 129 / 0.4)" />
        <Bars title="Lowered" logits={feature.negativeLogits} color="rgb(239 68 68 / 0.4)" />
      </div>
    </Card>
  )
}

function Bars({ title, logits, color }: { title: string; logits: readonly Logit[]; color: string }) {
  return (
    <div className="min-w-0">
      <h3 className="mb-1.5 text-xs font-medium text-muted">{title}</h3>
      {logits.length === 0 && <p className="text-sm text-muted">None were kept.</p>}
      <ul className="space-y-0.5">
        {logits.map((logit) => (
          <li
            key={logit.id}
            title={`token ${logit.id}`}
            className="relative flex justify-between gap-2 overflow-hidden rounded px-1.5 text-[13px] leading-6"
          >
            <span
              className="absolute inset-y-0 left-0 rounded"
              style={{ width: `${barShare(logits, logit.value) * 100}%`, background: color }}
              aria-hidden
            />
            <span className="relative min-w-0 truncate font-mono whitespace-pre text-heading">
              {visibleToken(logit.token)}
            </span>
            <span className="relative text-heading tabular-nums">{logit.value.toFixed(2)}</span>
          </li>
        ))}
      </ul>
    </div>
  )
}
