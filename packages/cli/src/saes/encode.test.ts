// `mistudio saes encode` against SAELens's own outputs.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SafetensorsFile } from '@mistudio/formats'
import { afterAll, describe, expect, it } from 'vitest'
import { encodeFile } from './encode.js'

const fixture = (path: string): string =>
  fileURLToPath(new URL(`../../../../fixtures/saes/inference/${path}`, import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'mistudio-encode-'))
afterAll(() => rmSync(folder, { recursive: true }))

it.each(['gated', 'temporal', 'jumprelu_skip_transcoder'])(
  'writes what SAELens encodes and reconstructs: %s',
  async (name) => {
    const output = join(folder, `${name}.safetensors`)
    await encodeFile(fixture(name), fixture(`${name}/io.safetensors`), output)
    const [ours, theirs] = await Promise.all(
      [output, fixture(`${name}/io.safetensors`)].map((path) => SafetensorsFile.open(path)),
    )
    for (const [tensor, wanted] of [
      ['feature_acts', 'feature_acts'],
      ['forward', theirs!.has('forward') ? 'forward' : 'sae_out'],
    ] as const) {
      const [a, b] = await Promise.all([ours!.float32(tensor), theirs!.float32(wanted)])
      const most = b.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0)
      expect(a.length).toBe(b.length)
      expect(a.every((value, i) => Math.abs(value - b[i]!) <= 2e-5 * most)).toBe(true)
    }
  },
)

describe('a folder of SAELens before 6', () => {
  const legacy = (path: string): string =>
    fileURLToPath(new URL(`../../../../fixtures/saes/legacy/${path}`, import.meta.url))

  it.each(['fine_tuned', 'fine_tuned_old_name'])('is computed with its factor per feature: %s', async (name) => {
    const output = join(folder, `${name}.safetensors`)
    await encodeFile(legacy(name), legacy('x.safetensors'), output)
    const [made, weights] = await Promise.all(
      [output, join(legacy(name), 'sae_weights.safetensors')].map((path) => SafetensorsFile.open(path)),
    )
    const factor = weights!.names().find((tensor) => tensor.endsWith('scaling_factor'))!
    const [acts, forward] = await Promise.all(['feature_acts', 'forward'].map((tensor) => made!.float32(tensor)))
    const [wDec, bDec, scale] = await Promise.all(['W_dec', 'b_dec', factor].map((tensor) => weights!.float32(tensor)))
    const [dIn, dSae] = [bDec!.length, scale!.length]
    const wanted = forward!.map((_, at) => {
      const [t, i] = [Math.floor(at / dIn), at % dIn]
      let sum = bDec![i]!
      for (let j = 0; j < dSae; j++) sum += acts![t * dSae + j]! * scale![j]! * wDec![j * dIn + i]!
      return sum
    })
    const most = wanted.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0)
    expect(wanted.every((value, at) => Math.abs(value - forward![at]!) <= 2e-5 * most)).toBe(true)
  })

  it('is refused where it names an activation function that is not done', async () => {
    const refused = encodeFile(legacy('tanh_relu'), legacy('x.safetensors'), join(folder, 'none.safetensors'))
    await expect(refused).rejects.toMatchObject({
      code: 'sae_unsupported',
      message: expect.stringContaining('tanh-relu'),
    })
  })
})

it('says what is wrong with a file', async () => {
  await expect(encodeFile(folder, 'none', 'none')).rejects.toMatchObject({ code: 'file_invalid' })
})
