// Encoding, decoding and saving against SAELens's own outputs.
import { createOrtRuntime } from '@mistudio/onnx/ort'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { Sae } from './sae.js'
import { dense, distance, fixtureJson, fixtureTensors, largest } from './testing.js'
import { exportForInference } from './training/index.js'

const runtime = createOrtRuntime({ threads: 1 })

describe.each(['topk', 'topk_rescale'])('SAELens inference file %s', (name) => {
  it('encodes and decodes as SAELens does', async () => {
    const sae = await Sae.load(
      await fixtureJson(`inference/${name}/cfg.json`),
      await fixtureTensors(`inference/${name}/sae_weights.safetensors`),
      runtime,
    )
    const io = await fixtureTensors(`inference/${name}/io.safetensors`)
    const x = await io.float32('x')
    const tokens = x.length / sae.dIn
    const { values, indices, k } = await sae.encode(x, tokens)
    const acts = await io.float32('feature_acts')
    const out = await io.float32('sae_out')
    expect(distance(dense(values, indices, k, sae.dSae), acts)).toBeLessThan(2e-5 * largest(acts))
    expect(distance(sae.decode({ values, indices, k }), out)).toBeLessThan(2e-5 * largest(out))
    expect(sae.site).toBe('blocks.0.hook_resid_post')
    await expect(sae.encode(x.subarray(1), tokens)).rejects.toMatchObject({ code: 'sae_invalid' })
    expect(() => sae.decode({ values, indices: indices.map(() => sae.dSae), k })).toThrow('outside')
    await sae.release()
  })
})

describe('what is not supported is refused by name', () => {
  it.each([
    ['architecture', 'relu'],
    ['normalize_activations', 'batch_norm'],
    ['reshape_activations', 'hook_q'],
  ])('%s', async (field, word) => {
    const cfg = { ...z.looseObject({}).parse(await fixtureJson('inference/topk/cfg.json')), [field]: word }
    const tensors = await fixtureTensors('inference/topk/sae_weights.safetensors')
    const refused = Sae.load(cfg, tensors, runtime)
    await expect(refused).rejects.toMatchObject({ code: 'sae_unsupported', message: expect.stringContaining(word) })
  })

  it('a file that contradicts its configuration', async () => {
    const cfg = { ...z.looseObject({}).parse(await fixtureJson('inference/topk/cfg.json')), d_sae: 97 }
    const tensors = await fixtureTensors('inference/topk/sae_weights.safetensors')
    const refused = Sae.load(cfg, tensors, runtime)
    await expect(refused).rejects.toMatchObject({ code: 'sae_invalid', message: expect.stringContaining('W_enc') })
  })
})

describe('saving for inference', () => {
  it('folds the decoder norm as SAELens save_inference_model does', async () => {
    const from = await fixtureTensors('export/topk_rescale/training/sae_weights.safetensors')
    const wanted = await fixtureTensors('export/topk_rescale/inference/sae_weights.safetensors')
    const cfg = z.looseObject({ k: z.int() }).parse(await fixtureJson('export/topk_rescale/training/cfg.json'))
    const names = ['W_enc', 'W_dec', 'b_enc', 'b_dec'] as const
    const parameters = Object.fromEntries(
      await Promise.all(names.map(async (name) => [name, await from.float32(name)] as const)),
    )
    const saved = exportForInference(cfg, parameters)
    for (const [name, { shape, data }] of Object.entries(saved.tensors)) {
      expect(wanted.info(name).shape).toEqual(shape)
      expect(distance(data, await wanted.float32(name)), name).toBeLessThan(2e-6)
    }
    expect(saved.cfg).toMatchObject({ architecture: 'topk', k: cfg.k, rescale_acts_by_decoder_norm: true })
  })
})
