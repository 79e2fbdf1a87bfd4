import {
  type Model,
  optionsOf,
  SAE_TRAINING_ARCHITECTURES,
  TrainingParamsSchema,
  trainingIssues,
} from '@mistudio/contracts'
import { describe, expect, it } from 'vitest'
import { defaultsOf } from './options.js'
import { suggestionsFor } from './suggestions.js'

const WIDTHS = [1, 16, 128, 768, 1600, 2304, 4096, 16_384]

describe.each(SAE_TRAINING_ARCHITECTURES)('settings offered for %s', (architecture) => {
  it.each(WIDTHS)('are ones the contract accepts, of its own options, at width %i', (dIn) => {
    for (const { values } of suggestionsFor(dIn, architecture)) {
      const own: readonly string[] = optionsOf(architecture)
      expect(Object.keys(values).filter((key) => !own.includes(key))).toEqual([])
      const all = { ...defaultsOf(architecture), ...values }
      const params = TrainingParamsSchema.parse({ ...all, architecture, site: 'blocks.0.hook_resid_post' })
      expect(params).toMatchObject(values)
      const model = { sites: [{ name: params.site, kind: 'token', width: dIn }] } as Model
      expect(trainingIssues(params, { model, tokenization: null, capture: null })).toEqual([])
    }
  })
})

it('wider sites get more features, a smaller rate and more text; longer runs only more steps', () => {
  const at = (dIn: number, n: number) => suggestionsFor(dIn, 'topk')[n]?.values as Record<string, number>
  for (const [narrow, wide] of [
    [128, 768],
    [768, 2304],
  ] as const) {
    expect(wide * at(wide, 0)['expansion']!).toBeGreaterThan(narrow * at(narrow, 0)['expansion']!)
    expect(at(wide, 0)['learningRate']).toBeLessThan(at(narrow, 0)['learningRate']!)
    expect(at(wide, 1)['steps']! * at(wide, 1)['batchSize']!).toBeGreaterThan(
      at(narrow, 1)['steps']! * at(narrow, 1)['batchSize']!,
    )
  }
  const [look, work, thorough] = [0, 1, 2].map((n) => at(768, n)['steps']!)
  expect(look! < work! && work! < thorough!).toBe(true)
  expect(at(768, 0)['k']).toBe(at(768, 2)['k'])
})
