// Features by how often they fire on held-out text, at every evaluation: a histogram that can be turned back in time.
import { DENSITY_DEFINITION, DENSITY_EDGES, densityKey } from '@mistudio/contracts'
import { useState } from 'react'
import { Histogram } from '../../../charts/index.js'
import type { Curve } from '../../../data/index.js'
import { Help, Slider } from '../../../ui/index.js'
import { densityAt } from '../density.js'

/** The first bin also holds what is below its edge; drawn one half e-fold wide as the others. */
const EDGES = [(DENSITY_EDGES[0] ?? 0) - 0.5, ...DENSITY_EDGES]

export function DensityChart({ curves }: { curves: Readonly<Record<string, Curve>> }) {
  const steps = curves[densityKey(0)]?.at ?? []
  const [chosen, setChosen] = useState<number | null>(null)
  const at = Math.min(chosen ?? steps.length - 1, steps.length - 1)
  const step = steps[at]
  const shown = step === undefined ? null : densityAt(curves, step)
  return (
    <figure className="h-full min-w-0 rounded-lg border border-line bg-card p-4" aria-label="Feature density">
      <figcaption className="mb-2 flex min-h-8 items-center gap-1">
        <h3 className="text-sm font-medium text-heading">Feature density, held out</h3>
        <Help label="Feature density">{DENSITY_DEFINITION}</Help>
      </figcaption>
      {shown === null ? (
        <p className="flex h-[190px] items-center justify-center text-sm text-muted">
          Waiting for the first evaluation.
        </p>
      ) : (
        <>
          <Histogram
            edges={EDGES}
            counts={shown.counts}
            xLabel="log10 of firings per token"
            yLabel="features"
            height={190}
          />
          <p className="mt-1 text-xs text-body">
            Step {step?.toLocaleString('en-US')}; {shown.silent.toLocaleString('en-US')} features never fired.
          </p>
          {steps.length > 1 && (
            <Slider
              value={at}
              onChange={setChosen}
              min={0}
              max={steps.length - 1}
              step={1}
              valueText={`step ${step}`}
              aria-label="Evaluation"
            />
          )}
        </>
      )}
    </figure>
  )
}
