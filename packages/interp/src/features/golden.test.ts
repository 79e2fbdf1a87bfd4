// Densities, L0 and FVU against SAELens 6.54 on its own activations, with all tokens and with two tokens left out.
// The reference SAE keeps signed activations; magnitudes are fed, which leaves counts as they are.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { SafetensorsFile } from '@mistudio/formats'
import { describe, expect, it } from 'vitest'
import { FeatureAccumulator } from './accumulator.js'
import { EntryBuffer } from './entries.js'
import { FidelityAccumulator } from './fidelity.js'

const path = (name: string) => fileURLToPath(new URL(`../../../../fixtures/features/${name}`, import.meta.url))
const golden = JSON.parse(readFileSync(path('golden.json'), 'utf8'))
const [CONTEXTS, LENGTH, D_IN, D_SAE] = [8, 16, 24, 96]

async function measure(ignored: readonly number[]) {
  const file = await SafetensorsFile.open(path('golden.safetensors'))
  const [tokens, x, out, acts] = await Promise.all(
    ['tokens', 'x', 'sae_out', 'feature_acts'].map((name) => file.float32(name)),
  )
  const indices = Int32Array.from(acts!, (_, i) => i % D_SAE)
  const magnitudes = acts!.map(Math.abs)
  const accumulator = new FeatureAccumulator(D_SAE, {
    topExamples: 3,
    quantileExamples: 3,
    contextBefore: 4,
    contextAfter: 4,
    histogramBins: 10,
    seed: 1,
  })
  const fidelity = new FidelityAccumulator(D_IN)
  for (let context = 0; context < CONTEXTS; context++) {
    const first = context * LENGTH
    const excluded = (position: number) => ignored.includes(tokens![first + position]!)
    const entries = new EntryBuffer(0).fromTopk(magnitudes, indices, first, LENGTH, D_SAE, excluded)
    let counted = 0
    for (let position = 0; position < LENGTH; position++) {
      if (excluded(position)) continue
      counted++
      const row = magnitudes.subarray((first + position) * D_SAE, (first + position + 1) * D_SAE)
      fidelity.addToken(x!, out!, first + position, row.filter((value) => value !== 0).length)
    }
    accumulator.add({ context, length: LENGTH, counted, documentStarts: [0], entries })
  }
  return { file, accumulator, fidelity: fidelity.result() }
}

describe.each([
  ['all_tokens', []],
  ['ignoring', golden.ignore_tokens as number[]],
])('SAELens %s', (set, ignored) => {
  it('has the same feature densities', async () => {
    const { file, accumulator } = await measure(ignored)
    const densities = await file.float64(`${set}.feature_density`)
    for (let f = 0; f < D_SAE; f++) expect(accumulator.statisticsOf(f).density).toBeCloseTo(densities[f]!, 7)
  })

  it('has the same L0 and FVU', async () => {
    const { fidelity } = await measure(ignored)
    expect(fidelity.l0).toBe(golden[set].quality.l0)
    expect(fidelity.fvu).toBeCloseTo(1 - golden[set].quality.explained_variance, 6)
  })
})
