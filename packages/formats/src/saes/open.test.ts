// Layouts of other projects against their own formulas, evaluated from the stored tensors.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { writeSafetensors } from '../safetensors/writer.js'
import { fixture, refusal, temporaryFolder } from '../testing.js'
import type { OpenedSae } from './layout.js'
import { openSaeFolder } from './open.js'

const [D, F] = [3, 4]
const numbers = (count: number, seed: number) =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(seed * 100 + i * 1.7))
const stored = {
  'encoder.weight': { shape: [F, D], data: numbers(F * D, 1) },
  'encoder.bias': { shape: [F], data: numbers(F, 2) },
  W_dec: { shape: [F, D], data: numbers(F * D, 3) },
  'decoder.weight': { shape: [D, F], data: numbers(F * D, 4) },
  b_dec: { shape: [D], data: numbers(D, 5) },
  'decoder.bias': { shape: [D], data: numbers(D, 6) },
  W_skip: { shape: [D, D], data: numbers(D * D, 7) },
} as const
type Name = keyof typeof stored

async function folderOf(name: string, files: Record<string, unknown>, weights: string, names: readonly Name[]) {
  const folder = join(temporaryFolder(), name)
  mkdirSync(join(folder, 'checkpoints'), { recursive: true })
  for (const [file, json] of Object.entries(files)) writeFileSync(join(folder, file), JSON.stringify(json))
  await writeSafetensors(
    join(folder, weights),
    names.map((tensor) => ({ name: tensor, dtype: 'F32', ...stored[tensor] })),
  )
  return folder
}

/** pre = (x − b) · W_enc + b_enc from converted tensors, b being b_dec or 0. */
async function preActivations({ cfg, weights }: OpenedSae, x: ArrayLike<number>): Promise<number[]> {
  const [wEnc, bEnc, bDec] = await Promise.all(['W_enc', 'b_enc', 'b_dec'].map((name) => weights.float32(name)))
  return Array.from({ length: F }, (_, j) => {
    let sum = bEnc![j]!
    for (let i = 0; i < D; i++) sum += (x[i]! - (cfg['apply_b_dec_to_input'] ? bDec![i]! : 0)) * wEnc![i * F + j]!
    return sum
  })
}

const x = [0.7, -1.2, 2.1]

describe('sparsify', () => {
  const cfg = { d_in: D, k: 2, activation: 'topk', normalize_decoder: true, num_latents: F, transcode: false }

  it('reads a TopK SAE: encoder transposed, b_dec subtracted, site from the hookpoint', async () => {
    const names: Name[] = ['encoder.weight', 'encoder.bias', 'W_dec', 'b_dec']
    const opened = await openSaeFolder(await folderOf('layers.5', { 'cfg.json': cfg }, 'sae.safetensors', names))
    expect(opened.cfg).toMatchObject({
      architecture: 'topk',
      k: 2,
      d_in: D,
      d_sae: F,
      apply_b_dec_to_input: true,
      metadata: { hook_name: 'blocks.5.hook_resid_post', hookpoint: 'layers.5' },
    })
    const [w, b, bDec] = [stored['encoder.weight'].data, stored['encoder.bias'].data, stored.b_dec.data]
    const found = await preActivations(opened, x)
    found.forEach((value, j) => {
      const wanted = b[j]! + x.reduce((sum, xi, i) => sum + w[j * D + i]! * (xi - bDec[i]!), 0)
      expect(value).toBeCloseTo(wanted, 5)
    })
    expect(opened.weights.info('W_enc').shape).toEqual([D, F])
  })

  it('reads a skip transcoder', async () => {
    const names: Name[] = ['encoder.weight', 'encoder.bias', 'W_dec', 'b_dec', 'W_skip']
    const given = { ...cfg, transcode: true, skip_connection: true }
    const opened = await openSaeFolder(await folderOf('layers.5.mlp', { 'cfg.json': given }, 'sae.safetensors', names))
    expect(opened.cfg).toMatchObject({ architecture: 'topk_skip_transcoder', d_out: D, apply_b_dec_to_input: false })
    expect(opened.weights.names()).toContain('W_skip')
  })

  it('refuses another activation by name', async () => {
    const folder = await folderOf('layers.5', { 'cfg.json': { ...cfg, activation: 'groupmax' } }, 'sae.safetensors', [
      'W_dec',
    ])
    const error = await refusal(() => openSaeFolder(folder), 'sae_layout_unsupported')
    expect(error.message).toContain('groupmax')
  })

  it.each(['signed', 'output_scale'])('refuses %s, which it does not do', async (field) => {
    const names: Name[] = ['encoder.weight', 'encoder.bias', 'W_dec', 'b_dec']
    const folder = await folderOf('layers.5', { 'cfg.json': { ...cfg, [field]: true } }, 'sae.safetensors', names)
    const error = await refusal(() => openSaeFolder(folder), 'sae_layout_unsupported')
    expect(error.message).toContain(field)
  })

  it('refuses a tensor that it would not read', async () => {
    const names: Name[] = ['encoder.weight', 'encoder.bias', 'W_dec', 'b_dec', 'W_skip']
    const folder = await folderOf('layers.5', { 'cfg.json': cfg }, 'sae.safetensors', names)
    const error = await refusal(() => openSaeFolder(folder), 'sae_layout_unsupported')
    expect(error.message).toContain('W_skip')
  })
})

describe('Llama Scope', () => {
  const cfg = {
    d_model: D,
    d_sae: F,
    jump_relu_threshold: 0.4,
    hook_point_in: 'blocks.3.hook_resid_post',
    dataset_average_activation_norm: { in: 2.5, out: 2.5 },
  }
  const names: Name[] = ['encoder.weight', 'encoder.bias', 'decoder.weight', 'decoder.bias']

  it('folds the norm of the data set: raw activations in, raw activations out', async () => {
    const folder = await folderOf('l3r', { 'hyperparams.json': cfg }, 'checkpoints/final.safetensors', names)
    const opened = await openSaeFolder(folder)
    expect(opened.cfg).toMatchObject({ architecture: 'jumprelu', metadata: { hook_name: 'blocks.3.hook_resid_post' } })
    const scale = Math.sqrt(D) / 2.5
    const [w, b] = [stored['encoder.weight'].data, stored['encoder.bias'].data]
    const found = await preActivations(opened, x)
    const wDec = await opened.weights.float32('W_dec')
    const bDec = await opened.weights.float32('b_dec')
    found.forEach((value, j) => {
      const wanted = b[j]! + x.reduce((sum, xi, i) => sum + w[j * D + i]! * xi * scale, 0)
      expect(value).toBeCloseTo(wanted, 5)
      for (let i = 0; i < D; i++) {
        expect(wDec[j * D + i]! * scale).toBeCloseTo(stored['decoder.weight'].data[i * F + j]!, 5)
        expect(bDec[i]! * scale).toBeCloseTo(stored['decoder.bias'].data[i]!, 5)
      }
    })
    expect([...(await opened.weights.float32('threshold'))]).toEqual(new Array(F).fill(Math.fround(0.4)))
  })

  it('refuses sizes that contradict the weights', async () => {
    const files = { 'hyperparams.json': { ...cfg, d_sae: F + 1 } }
    const folder = await folderOf('l3r', files, 'checkpoints/final.safetensors', names)
    await refusal(() => openSaeFolder(folder), 'sae_layout_invalid')
  })
})

it('SAELens folders come as they are, pickles never, anything else is named', async () => {
  expect((await openSaeFolder(fixture('saelens_jumprelu'))).layout).toBe('saelens')
  const folder = temporaryFolder()
  const error = await refusal(() => openSaeFolder(folder), 'sae_layout_unknown')
  expect(error.message).toContain('sae_weights.safetensors')
  writeFileSync(join(folder, 'layer_8.pt'), '')
  const other = await refusal(() => openSaeFolder(folder), 'pickle_refused')
  expect(other.message).toContain('OpenAI')
  writeFileSync(join(folder, 'ae.pt'), '')
  const known = await refusal(() => openSaeFolder(folder), 'pickle_refused')
  expect(known.message).toContain('dictionary_learning')
  expect(known.message).toContain('save_inference_model')
})
