// Where the feature fires: strongest occurrences and random ones by strength, tinted on one scale from zero to the feature's maximum.
import type { Extraction, Feature } from '@mistudio/contracts'
import { useState } from 'react'
import { saveText } from '../../../charts/index.js'
import { ActivationLegend, useCharacters } from '../../../tokens/index.js'
import { Button, CopyButton } from '../../../ui/index.js'
import { examplesCsv, examplesText, featureJson } from '../export.js'
import { groupExamples } from '../prepare.js'
import { ExampleLine, type ExampleView } from './example-line.js'
import { Segments } from './log-switch.js'
import { Panel } from './panel.js'

const KEY = 'mistudio.features.examples'
const asView = (text: string | null): ExampleView => (text === 'text' ? 'text' : 'line')

export function Examples({ feature, extraction }: { feature: Feature; extraction: Extraction | undefined }) {
  const [view, setView] = useState<ExampleView>(() => asView(localStorage.getItem(KEY)))
  const [ref, characters] = useCharacters()
  const groups = groupExamples(feature, extraction?.summary?.tokens ?? null)
  if (groups.length === 0)
    return (
      <Panel title="Examples">
        <p className="text-sm text-body">This feature never fired on the tokens that were read.</p>
      </Panel>
    )
  const change = (next: ExampleView) => {
    localStorage.setItem(KEY, next)
    setView(next)
  }
  return (
    <Panel
      title="Examples"
      help="Every text is tinted on the same scale, from zero to the largest activation of this feature, so a weak example looks weak."
      actions={
        <>
          <ActivationLegend max={feature.maxActivation} of="" />
          <Segments
            label="Examples as"
            value={view}
            options={[
              { value: 'line', label: 'lines' },
              { value: 'text', label: 'text' },
            ]}
            onChange={change}
          />
          <Exports feature={feature} />
        </>
      }
    >
      {/* The texts' own width: activation before, two buttons behind. */}
      <div className="pr-17 pl-16.5">
        <div ref={ref} />
      </div>
      {groups.map((group) => (
        <section key={group.key} aria-label={group.title} className="not-first:mt-3">
          <h3 className="mb-1 flex flex-wrap items-baseline gap-x-3 border-b border-line pb-0.5 text-xs font-medium text-heading tabular-nums">
            {group.title}
            {group.detail && <span className="font-normal text-muted">{group.detail}</span>}
          </h3>
          <ul>
            {group.examples.map((example) => (
              <ExampleLine
                key={`${example.context}-${example.position}`}
                example={example}
                feature={feature}
                extraction={extraction}
                view={view}
                characters={characters}
              />
            ))}
          </ul>
        </section>
      ))}
    </Panel>
  )
}

function Exports({ feature }: { feature: Feature }) {
  const name = `feature-${feature.index}`
  return (
    <span className="flex items-center gap-1">
      <CopyButton iconOnly className="size-7!" text={examplesText(feature)} label="Copy all examples" />
      <Button
        size="sm"
        kind="ghost"
        aria-label="Save the examples as CSV"
        onClick={() => saveText(`${name}-examples.csv`, 'text/csv', examplesCsv(feature))}
        className="h-7 px-2"
      >
        CSV
      </Button>
      <Button
        size="sm"
        kind="ghost"
        aria-label="Save the feature as JSON"
        onClick={() => saveText(`${name}.json`, 'application/json', featureJson(feature))}
        className="h-7 px-2"
      >
        JSON
      </Button>
    </span>
  )
}
