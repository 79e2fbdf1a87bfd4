// SAEs of SAELens spliced into a small model: the graph must do what encode and decode do outside it.
import { createOrtRuntime } from '@mistudio/onnx/ort'
import { describe, expect, it } from 'vitest'
import { type Intervention, siteWidth } from '../models/index.js'
import { openCase } from '../models/testing.js'
import { Sae } from './sae.js'
import { denseCode, sparseCode } from './sparse.js'
import { distance, fixtureJson, fixtureTensors } from './testing.js'

const CASES = [
  'abstopk',
  'gated',
  'jumprelu',
  'standard',
  'standard_constant_norm_rescale',
  'standard_layer_norm',
  'standard_nobdec',
  'topk',
  'topk_layer_norm',
  'topk_rescale',
]
const runtime = createOrtRuntime({ threads: 2 })

const open = async (name: string): Promise<Sae> =>
  Sae.load(
    await fixtureJson(`inference/${name}/cfg.json`),
    await fixtureTensors(`inference/${name}/sae_weights.safetensors`),
    runtime,
  )

describe.each(CASES)('%s SAE in a model', (name) => {
  it('reconstructs as outside the graph, changes nothing without edits, and carries an edit of a feature', async () => {
    const sae = await open(name)
    const golden = await openCase('llama_biases')
    const model = golden.model()
    const { tokens, batch, seq } = golden.input
    // The SAE is as wide as some site only by chance: its input and output are read at the start of a site of its width.
    const site = model.sites.find((one) => siteWidth(one) === sae.dIn)?.name
    if (!site) throw new Error(`No site of width ${sae.dIn} for this test.`)
    const x = await model.capture({ tokens, batch, seq }, site)
    const code = await sae.encode(x, batch * seq)
    const read = async (edit: Intervention): Promise<Float32Array> =>
      (await model.forward(golden.input, { capture: [site], interventions: [edit] })).captured[site]!
    const splice = { site, kind: 'splice', sae: sae.splice } as const
    expect(distance(await read({ ...splice, edits: [], error: false }), sae.decode(code))).toBeLessThan(2e-4)
    expect(distance(await read({ ...splice, edits: [], error: true }), x)).toBeLessThan(1e-5)

    const feature = code.indices[code.values.findIndex((value) => value > 0)]!
    const acts = denseCode(code, sae.dSae)
    const edited = acts.map((value, at) => (at % sae.dSae === feature ? 2 * value + 1 : value))
    const wanted = sae.decode({ ...code, ...sparseCode(edited, batch * seq) })
    const found = await read({ ...splice, edits: [{ feature, scale: 2, add: 1 }], error: false })
    expect(distance(found, wanted)).toBeLessThan(5e-4)
    await model.release()
    await sae.release()
  })
})

describe('splice', () => {
  it('refuses transcoders by name', async () => {
    const transcoder = await open('transcoder')
    expect(() => transcoder.splice).toThrow('A transcoder cannot be spliced')
    await transcoder.release()
  })
})
