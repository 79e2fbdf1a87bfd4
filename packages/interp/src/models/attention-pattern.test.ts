// Guards: attention patterns and what they weigh are those of PyTorch, on a hand-built two-layer model that does induction exactly.
import { fileURLToPath } from 'node:url'
import { openTensorSource, SafetensorsFile } from '@mistudio/formats'
import { expect, it } from 'vitest'
import { planModel } from './architectures/index.js'
import { LanguageModel } from './language-model.js'
import { readJson, runtime } from './testing.js'

const FOLDER = new URL('../../../../fixtures/attention/induction/', import.meta.url)

it('captured patterns and z of every layer are the golden ones', async () => {
  const golden = await SafetensorsFile.open(fileURLToPath(new URL('golden.safetensors', FOLDER)))
  const weights = await openTensorSource(fileURLToPath(FOLDER))
  const model = LanguageModel.load(planModel(readJson(new URL('config.json', FOLDER))), weights, runtime, {
    threads: 1,
  })
  const [batch, seq] = golden.info('input_ids').shape as [number, number]
  const input = { tokens: Int32Array.from(await golden.float32('input_ids')), batch, seq }
  for (const layer of [0, 1]) {
    for (const kind of ['pattern', 'z']) {
      const found = await model.capture(input, `blocks.${layer}.attn.hook_${kind}`)
      const expected = await golden.float32(`${kind}.${layer}`)
      expect(found).toHaveLength(expected.length)
      const worst = found.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0)
      expect(worst, `${kind} ${layer}`).toBeLessThan(1e-5)
    }
  }
  await model.release()
})
