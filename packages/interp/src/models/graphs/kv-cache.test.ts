import { fileURLToPath } from 'node:url'
import { openTensorSource } from '@mistudio/formats'
import { expect, it } from 'vitest'
import { planModel } from '../architectures/index.js'
import { LanguageModel } from '../language-model.js'
import { DEMO_MODEL, readJson, runtime } from '../testing.js'

it('extended in place, beyond the room it starts with, gives the logits of the whole text', async () => {
  const plan = planModel(readJson(new URL('config.json', DEMO_MODEL)))
  const model = LanguageModel.load(plan, await openTensorSource(fileURLToPath(DEMO_MODEL)), runtime, { threads: 2 })
  const tokens = Int32Array.from({ length: 134 }, (_, i) => (i * 37) % plan.spec.vocabSize)
  const whole = await model.logits({ tokens, batch: 1, seq: tokens.length })
  let cache = model.emptyCache(1, { inPlace: true })
  let logits: Float32Array = new Float32Array()
  for (let t = 0; t < tokens.length; t = Math.max(120, t + 1)) {
    const piece = t === 0 ? tokens.slice(0, 120) : tokens.slice(t, t + 1)
    ;({ logits, cache } = await model.extend(cache, { tokens: piece, batch: 1, seq: piece.length }))
  }
  const expected = whole.subarray((tokens.length - 1) * plan.spec.vocabSize)
  const worst = logits.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0)
  expect(worst).toBeLessThan(1e-3)
  await model.release()
})
