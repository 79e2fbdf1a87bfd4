// Encoding, decoding and saving against SAELens's own outputs.
import { createOrtRuntime } from '@mistudio/onnx/ort'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { parseTopkTrainingConfig } from './config.js'
import { initialState } from './initialise.js'
import { Sae } from './sae.js'
import { inferenceSae } from './save.js'
import { dense, distance, fixtureJson, fixtureTensors, largest } from './testing.js'
import type { TrainState } from './train-step.js'

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
    const cfg = z
      .looseObject({ d_in: z.int(), d_sae: z.int(), k: z.int() })
      .parse(await fixtureJson('export/topk_rescale/training/cfg.json'))
    const { d_in: dIn, d_sae: dSae, k } = cfg
    const wEnc = await from.float32('W_enc')
    const rows = new Float32Array(dSae * dIn)
    for (let i = 0; i < dIn; i++) for (let j = 0; j < dSae; j++) rows[j * dIn + i] = wEnc[i * dSae + j]!
    const state: TrainState = {
      ...initialState(dIn, dSae, 0),
      ...{
        wEnc: rows,
        wDec: await from.float32('W_dec'),
        bEnc: await from.float32('b_enc'),
        bDec: await from.float32('b_dec'),
      },
    }
    const config = parseTopkTrainingConfig({
      ...{ dIn, dSae, k, auxCoefficient: 1, deadWindow: 1, applyBDecToInput: true, rescaleByDecoderNorm: true },
      ...{ clipGradNorm: 1, adamBeta1: 0.9, adamBeta2: 0.999 },
    })
    const saved = inferenceSae(state, config, { hook_name: 'blocks.0.hook_resid_post' })
    for (const { name, shape, data } of saved.tensors) {
      expect(wanted.info(name).shape).toEqual(shape)
      expect(distance(data, await wanted.float32(name)), name).toBeLessThan(2e-6)
    }
    expect(saved.cfg).toMatchObject({ architecture: 'topk', k, rescale_acts_by_decoder_norm: true })
  })
})
