import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeSaeLensFolder } from '@mistudio/formats'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { writeSaeManifest } from './sae-manifest.js'
import { SaeStore } from './sae-store.js'

describe('SaeStore', () => {
  let root: string
  let store: SaeStore
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'saes-'))
    store = new SaeStore()
  })
  afterEach(async () => {
    await store.release()
    rmSync(root, { recursive: true })
  })

  /** Two inputs, three features: the encoder reads input 0, 1 and their sum; b_enc as given. */
  async function write(name: string, bias = 0): Promise<string> {
    const cfg = {
      architecture: 'topk',
      k: 1,
      d_in: 2,
      d_sae: 3,
      apply_b_dec_to_input: false,
      rescale_acts_by_decoder_norm: false,
      normalize_activations: 'none',
    }
    const tensor = (key: string, shape: number[], data: number[]) => ({
      name: key,
      dtype: 'F32' as const,
      shape,
      data: Float32Array.from(data),
    })
    const files = await writeSaeLensFolder(join(root, name), cfg, [
      tensor('W_enc', [2, 3], [1, 0, 1, 0, 1, 1]),
      tensor('W_dec', [3, 2], [1, 0, 0, 1, 1, 1]),
      tensor('b_enc', [3], [bias, 0, 0]),
      tensor('b_dec', [2], [0, 0]),
    ])
    await writeSaeManifest(join(root, name), files)
    return join(root, name)
  }

  it('keeps an SAE open, and reads it anew when its files changed', async () => {
    const folder = await write('a')
    const first = await store.open(folder, 1)
    expect(await store.open(folder, 1)).toBe(first)
    await write('a', 10)
    utimesSync(join(folder, 'sae_weights.safetensors'), 1, 1)
    const second = await store.open(folder, 1)
    const { values, indices } = await second.encode(Float32Array.of(1, 2), 1)
    expect([...values, ...indices]).toEqual([11, 0])
    await expect(first.encode(Float32Array.of(1, 2), 1)).rejects.toThrow()
  })

  it('keeps the two used last', async () => {
    const folders = [await write('a'), await write('b'), await write('c')]
    const [a, b] = [await store.open(folders[0]!, 1), await store.open(folders[1]!, 1)]
    await store.open(folders[0]!, 1)
    await store.open(folders[2]!, 1)
    expect(await store.open(folders[0]!, 1)).toBe(a)
    expect(await store.open(folders[1]!, 1)).not.toBe(b)
  })

  it('says which file is missing or wrong', async () => {
    await expect(store.open(join(root, 'none'), 1)).rejects.toMatchObject({ code: 'file_not_found' })
    const folder = await write('a')
    writeFileSync(join(folder, 'cfg.json'), '{"d_in": 2, "d_sae": 4, "architecture": "topk"}')
    await expect(store.open(folder, 1)).rejects.toMatchObject({ code: 'sae_invalid' })
  })
})
