// Guards: whatever a cfg.json or its tensors say is computed, or refused by name; nothing is passed over.
import { MemoryTensors } from '@mistudio/formats'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { parseSaeCfg, readSae } from './read.js'
import { forwardReference } from './reference.js'
import { distance, fixtureJson, fixtureTensors, largest } from './testing.js'

const ObjectSchema = z.looseObject({})
const cfgOf = async (path: string) => ObjectSchema.parse(await fixtureJson(`${path}/cfg.json`))
const LEGACY = await cfgOf('legacy/fine_tuned')
const PLAIN = { ...LEGACY, finetuning_scaling_factor: false }
const MODERN = await cfgOf('inference/standard')

/** The tensors of a file, some of them changed or taken away. */
async function tensorsOf(path: string, changes: Readonly<Record<string, Float32Array | null>> = {}) {
  const file = await fixtureTensors(`${path}/sae_weights.safetensors`)
  const kept = Object.fromEntries(
    await Promise.all(
      file
        .names()
        .filter((name) => !(name in changes))
        .map(async (name) => [name, { shape: file.info(name).shape, data: await file.float32(name) }] as const),
    ),
  )
  const given = Object.entries(changes).flatMap(([name, data]) =>
    data ? [[name, { shape: [data.length], data }]] : [],
  )
  return new MemoryTensors({ ...kept, ...Object.fromEntries(given) })
}

describe('finetuning_scaling_factor', () => {
  it.each(['fine_tuned', 'fine_tuned_old_name'])('multiplies activations before they are decoded: %s', async (name) => {
    const file = await fixtureTensors(`legacy/${name}/sae_weights.safetensors`)
    const factor = file.names().find((tensor) => tensor.endsWith('scaling_factor'))!
    const [wEnc, bEnc, wDec, bDec, scale] = await Promise.all(
      ['W_enc', 'b_enc', 'W_dec', 'b_dec', factor].map((tensor) => file.float32(tensor)),
    )
    const x = await (await fixtureTensors('legacy/x.safetensors')).float32('x')
    const [dIn, dSae] = [32, 48]
    const tokens = x.length / dIn
    const wanted = new Float64Array(x.length)
    for (let t = 0; t < tokens; t++) {
      for (let j = 0; j < dSae; j++) {
        let pre = bEnc![j]!
        for (let i = 0; i < dIn; i++) pre += (x[t * dIn + i]! - bDec![i]!) * wEnc![i * dSae + j]!
        for (let i = 0; i < dIn; i++) wanted[t * dIn + i]! += Math.max(0, pre) * scale![j]! * wDec![j * dIn + i]!
      }
      for (let i = 0; i < dIn; i++) wanted[t * dIn + i]! += bDec![i]!
    }
    const { model, cfg } = await readSae(LEGACY, file)
    expect(distance(forwardReference(model, x, tokens, tokens), wanted)).toBeLessThan(1e-5 * largest(wanted))
    expect(cfg).not.toHaveProperty('finetuning_scaling_factor')
    expect(cfg.metadata).toMatchObject({ finetuning_scaling_factor_folded: true })
  })

  it('is refused where file and configuration disagree', async () => {
    const path = 'legacy/fine_tuned'
    const none = { finetuning_scaling_factor: null }
    await expect(readSae(PLAIN, await tensorsOf(path))).rejects.toMatchObject({ code: 'sae_unsupported' })
    await expect(readSae(LEGACY, await tensorsOf(path, none))).rejects.toThrow('no such tensor')
    const two = { scaling_factor: new Float32Array(48).fill(2) }
    await expect(readSae(LEGACY, await tensorsOf(path, two))).rejects.toThrow('not the same')
    const ones = { finetuning_scaling_factor: new Float32Array(48).fill(1) }
    for (const cfg of [LEGACY, PLAIN])
      expect((await readSae(cfg, await tensorsOf(path, ones))).model.kind).toBe('affine')
    const rescaled = { ...LEGACY, architecture: 'topk', k: 3, rescale_acts_by_decoder_norm: true }
    await expect(readSae(rescaled, await tensorsOf(path))).rejects.toThrow('rescale_acts_by_decoder_norm')
    expect(() => parseSaeCfg({ ...LEGACY, finetuning_scaling_factor: 2 })).toThrow('finetuning_scaling_factor')
  })
})

describe('a cfg.json', () => {
  it.each([
    ['activation_fn_str', 'tanh-relu', 'sae_unsupported'],
    ['activation_fn', 'gelu', 'sae_unsupported'],
    ['activation_fn_kwargs', { k: 5 }, 'sae_invalid'],
    ['activation_fn_kwargs', { postact_fn: 'identity' }, 'sae_unsupported'],
    ['activation_fn', 'topk', 'sae_invalid'],
    ['architecture', 'mixture', 'sae_unsupported'],
    ['k', 32, 'sae_unsupported'],
    ['rescale_acts_by_decoder_norm', true, 'sae_unsupported'],
    ['output_norm', 'rms', 'sae_unsupported'],
    ['d_out', 7, 'sae_unsupported'],
  ])('of an older version is refused by the name of %s: %j', (field, value, code) => {
    const said = () => parseSaeCfg({ ...PLAIN, [field]: value })
    expect(said).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(field === 'architecture' ? 'mixture' : field) }),
    )
  })

  it.each([
    ['activation_fn', 'tanh-relu'],
    ['k', 32],
    ['hidden_size_multiplier', 2],
  ])('of today is, too: %s', (field, value) => {
    expect(() => parseSaeCfg({ ...MODERN, [field]: value })).toThrow(field)
  })

  it('may describe its training, and leave switched off what nobody knows', () => {
    const described = {
      lr: 3e-4,
      l1_coefficient: 5,
      wandb_project: 'x',
      dataset_path: 'd',
      hook_layer: 1,
      expansion_factor: 8,
      use_ghost_grads: true,
      dead_feature_window: 1000,
      b_dec_init_method: 'zeros',
      output_norm: null,
      gate: [],
      normalize_sae_decoder: true,
      activation_fn_kwargs: {},
      activation_fn: 'relu',
      model_class_name: 'HookedTransformer',
    }
    expect(parseSaeCfg({ ...PLAIN, ...described })).toMatchObject({ architecture: 'standard' })
    expect(parseSaeCfg({ ...MODERN, ...described, metadata: { anything: { at: 'all' } } })).toMatchObject({
      metadata: { anything: { at: 'all' } },
    })
  })

  it('of today comes back as it is, and reading it twice changes nothing', () => {
    expect(parseSaeCfg(MODERN)).toEqual(MODERN)
    expect(parseSaeCfg(parseSaeCfg(LEGACY))).toEqual(parseSaeCfg(LEGACY))
  })

  it('finds k where an older file has it', () => {
    const topk = { ...PLAIN, activation_fn_str: null, architecture: 'topk', activation_fn_kwargs: { k: 3 } }
    expect(parseSaeCfg(topk)).toMatchObject({ architecture: 'topk', k: 3 })
    expect(() => parseSaeCfg({ ...topk, k: 4 })).toThrow('contradicts')
    expect(() => parseSaeCfg({ ...topk, activation_fn_kwargs: { k: 2.5 } })).toThrow('k:')
  })
})

it('a tensor that the architecture does not have is refused by name', async () => {
  const extra = { threshold: new Float32Array(96).fill(1) }
  await expect(readSae(MODERN, await tensorsOf('inference/standard', extra))).rejects.toMatchObject({
    code: 'sae_unsupported',
    message: expect.stringContaining('threshold'),
  })
  await expect(readSae(MODERN, await tensorsOf('inference/standard', { b_enc: null }))).rejects.toThrow('b_enc')
})
