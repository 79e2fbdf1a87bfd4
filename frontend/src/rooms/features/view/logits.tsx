// Output tokens that the feature raises and lowers most, as bars, and how its effect is spread over the whole vocabulary.
import type { ExtractionSummary, Feature, Logit } from '@mistudio/contracts'
import { Histogram } from '../../../charts/index.js'
import { visibleToken } from '../../../tokens/index.js'
import { barShare, logitsText } from '../prepare.js'
import { LogSwitch, useLogCounts } from './log-switch.js'
import { Panel } from './panel.js'

type OutputScale = ExtractionSummary['outputScale']

export function Logits({ feature, scale }: { feature: Feature; scale: OutputScale }) {
  return (
    <Panel title="Effect on the output" help={logitsText(scale)}>
      <div className="grid grid-cols-2 gap-3">
        <Bars title="Raised" logits={feature.positiveLogits} color="rgb(16 185 129 / 0.4)" />
        <Bars title="Lowered" logits={feature.negativeLogits} color="rgb(239 68 68 / 0.4)" />
      </div>
    </Panel>
  )
}

export function LogitSpread({ feature }: { feature: Feature }) {
  const [log, setLog] = useLogCounts('logits', true)
  return (
    <Panel
      title="Effect on all tokens"
      help="Tokens of the vocabulary by how much this feature raises (right) or lowers (left) their logits. A few tokens far out on one side: the feature writes these words. A bell: its effect is spread."
      actions={feature.logitHistogram && <LogSwitch log={log} onLog={setLog} />}
    >
      {feature.logitHistogram ? (
        <Histogram {...feature.logitHistogram} xLabel="effect on the logit" yLabel="tokens" height={140} log={log} />
      ) : (
        <p className="text-sm text-muted">
          {feature.positiveLogits.length > 0
            ? 'This extraction did not keep it. Extract again to see it.'
            : 'The site of this SAE does not write to the residual stream, so it has no direct effect on the output.'}
        </p>
      )}
    </Panel>
  )
}

function Bars({ title, logits, color }: { title: string; logits: readonly Logit[]; color: string }) {
  return (
    <div className="min-w-0">
      <h3 className="mb-1 text-xs font-medium text-muted">{title}</h3>
      {logits.length === 0 && <p className="text-sm text-muted">None were kept.</p>}
      <ul className="space-y-px">
        {logits.map((logit) => (
          <li
            key={logit.id}
            title={`token ${logit.id}`}
            className="relative flex justify-between gap-2 overflow-hidden rounded px-1.5 text-[13px] leading-[21px]"
          >
            <span
              className="absolute inset-y-0 left-0 rounded"
              style={{ width: `${barShare(logits, logit.value) * 100}%`, background: color }}
              aria-hidden
            />
            <span className="relative min-w-0 truncate font-mono whitespace-pre text-heading">
              {visibleToken(logit.token)}
            </span>
            <span className="relative text-heading tabular-nums">{logit.value.toFixed(2).replace('-', '−')}</span>
          </li>
        ))}
      </ul>
    </div>
  )
}
