// Guards: a Gemma Scope folder, written as npz, encodes and decodes by the formula of its paper.
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSaeFolder, writeNpz } from '@mistudio/formats'
import { createOrtRuntime } from '@mistudio/onnx/ort'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Sae } from './sae.js'
import { dense, distance } from './testing.js'

const [D, F, TOKENS] = [6, 20, 5]
const numbers = (count: number, seed: number) =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(seed * 100 + i * 1.7))
const arrays = {
  W_enc: { shape: [D, F], data: numbers(D * F, 1) },
  W_dec: { shape: [F, D], data: numbers(F * D, 2) },
  b_enc: { shape: [F], data: numbers(F, 3) },
  b_dec: { shape: [D], data: numbers(D, 4) },
  threshold: { shape: [F], data: numbers(F, 5).map((value) => 0.5 + Math.abs(value)) },
}
let root = ''
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'gemma-scope-'))
})
afterAll(() => rm(root, { recursive: true }))

async function write(place: string): Promise<string> {
  const folder = join(root, place)
  await mkdir(folder, { recursive: true })
  await writeNpz(
    join(folder, 'params.npz'),
    Object.entries(arrays).map(([name, array]) => ({ name, dtype: '<f4', ...array })),
  )
  return folder
}

it('is z = pre · [pre > threshold], x̂ = z W_dec + b_dec with pre = x W_enc + b_enc', async () => {
  const { cfg, weights } = await openSaeFolder(await write('gemma-scope-2b-pt-res/layer_3/width_16k/average_l0_71'))
  const sae = await Sae.load(cfg, weights, createOrtRuntime({ threads: 1 }))
  expect(sae.site).toBe('blocks.3.hook_resid_post')
  const x = numbers(TOKENS * D, 6).map((value) => value * 2)
  const { W_enc, W_dec, b_enc, b_dec, threshold } = arrays
  const z = Float32Array.from({ length: TOKENS * F }, (_, at) => {
    const [t, j] = [Math.floor(at / F), at % F]
    let pre = b_enc.data[j]!
    for (let i = 0; i < D; i++) pre += x[t * D + i]! * W_enc.data[i * F + j]!
    return pre > threshold.data[j]! ? pre : 0
  })
  const reconstruction = Float32Array.from({ length: TOKENS * D }, (_, at) => {
    const [t, i] = [Math.floor(at / D), at % D]
    let sum = b_dec.data[i]!
    for (let j = 0; j < F; j++) sum += z[t * F + j]! * W_dec.data[j * D + i]!
    return sum
  })
  const { values, indices, k } = await sae.encode(x, TOKENS)
  // Both sides of the threshold are met, also above zero.
  expect(z.filter((value) => value > 0).length).toBeGreaterThan(10)
  expect(z.filter((value) => value === 0).length).toBeGreaterThan(10)
  expect(distance(dense(values, indices, k, F), z)).toBeLessThan(1e-5)
  expect(distance(sae.decode({ values, indices, k }), reconstruction)).toBeLessThan(1e-5)
  await sae.release()
})

it.each([
  ['models--google--gemma-scope-9b-it-att/snapshots/abc/layer_1/width_16k/average_l0_9', 'blocks.1.attn.hook_z'],
  ['gemma-scope-2b-pt-mlp/layer_12/width_16k/average_l0_9', 'blocks.12.hook_mlp_out'],
])('%s reads %s', async (place, site) => {
  expect((await openSaeFolder(await write(place))).cfg['metadata']).toMatchObject({ hook_name: site })
})

it('a transcoder keeps both sites; a path that names no repository claims none', async () => {
  const { cfg } = await openSaeFolder(await write('gemma-scope-2b-pt-transcoders/layer_4/width_16k/average_l0_5'))
  expect(cfg).toMatchObject({
    architecture: 'jumprelu_transcoder',
    d_out: D,
    metadata: { hook_name: 'blocks.4.ln2.hook_normalized', hook_name_out: 'blocks.4.hook_mlp_out' },
  })
  const bare = await openSaeFolder(await write('mine/layer_4'))
  expect(bare.cfg['metadata']).not.toHaveProperty('hook_name')
  expect(bare.cfg).toMatchObject({ architecture: 'jumprelu', metadata: { hook_layer: 4 } })
})

it('refuses embeddings, and arrays that do not fit', async () => {
  const folder = await write('gemma-scope-2b-pt-res/embedding/width_4k/average_l0_6')
  await expect(openSaeFolder(folder)).rejects.toMatchObject({ code: 'sae_layout_unsupported' })
  const broken = await write('broken/layer_1')
  const fewer = Object.entries(arrays).map(([name, array]) => ({ name, dtype: '<f4' as const, ...array }))
  fewer[4] = { name: 'threshold', dtype: '<f4', shape: [F - 1], data: numbers(F - 1, 5) }
  await writeNpz(join(broken, 'params.npz'), fewer)
  await expect(openSaeFolder(broken)).rejects.toMatchObject({
    code: 'sae_layout_invalid',
    message: expect.stringContaining('threshold'),
  })
})
