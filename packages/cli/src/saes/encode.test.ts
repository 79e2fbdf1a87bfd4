// `mistudio saes encode` against SAELens's own outputs.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SafetensorsFile } from '@mistudio/formats'
import { afterAll, expect, it } from 'vitest'
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

it('says what is wrong with a file', async () => {
  await expect(encodeFile(folder, 'none', 'none')).rejects.toMatchObject({ code: 'file_invalid' })
})
