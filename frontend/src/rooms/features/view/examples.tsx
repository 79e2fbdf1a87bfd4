// Where the feature fires: strongest occurrences and random ones by strength, tinted by activation.
import type { Example, Feature } from '@mistudio/contracts'
import { activationText, TokenText, tintExample } from '../../../tokens/index.js'
import { Card, formatNumber } from '../../../ui/index.js'
import { groupExamples } from '../prepare.js'

export function Examples({ feature }: { feature: Feature }) {
  const groups = groupExamples(
    feature.examples,
    feature.quantileEdges,
    feature.histogram.intervals,
    feature.maxActivation,
  )
  if (groups.length === 0)
    return (
      <Card title="Examples">
        <p className="text-sm text-body">This feature never fired on the tokens that were read.</p>
      </Card>
    )
  return (
    <div className="min-w-0 space-y-5">
      {groups.map((group) => (
        <Card key={group.key} title={group.title}>
          <ul className="space-y-2">
            {group.examples.map((example) => (
              <ExampleLine key={`${example.context}-${example.position}`} example={example} />
            ))}
          </ul>
        </Card>
      ))}
    </div>
  )
}

function ExampleLine({ example }: { example: Example }) {
  return (
    <li
      className="flex gap-3 rounded-lg bg-code px-3 py-2"
      title={`Context ${formatNumber(example.context)}, position ${formatNumber(example.position)}`}
    >
      <span className="w-14 shrink-0 text-right text-[13px] leading-6 text-muted tabular-nums">
        {activationText(example.value)}
      </span>
      <TokenText tokens={tintExample(example)} className="leading-6" />
    </li>
  )
}
