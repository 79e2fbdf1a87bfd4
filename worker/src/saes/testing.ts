// Test helpers of the saes room: SAEs whose figures are known without computing them, and rows as the backend writes them.
import { randomUUID } from 'node:crypto'
import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type SaeImportParams, SaeImportParamsSchema, type SaeOrigin } from '@mistudio/contracts'
import { type SaeLensCfg, writeSaeLensFolder } from '@mistudio/formats'
import type { Pool } from 'pg'

export const fixture = (path: string): string =>
  fileURLToPath(new URL(`../../../fixtures/saes/${path}`, import.meta.url))
/** Width of the demo model's residual stream. */
export const WIDTH = 128
export const SITE = 'blocks.1.hook_resid_post'

/**
 * An SAE that gives its input back: features x and −x, rectified. `threshold` makes it a JumpReLU whose features are silent at or below it.
 * Its decoder is `gain` times the encoder's transpose.
 */
export async function writeMirror(
  folder: string,
  {
    threshold,
    gain = 1,
    width = WIDTH,
    cfg = {},
  }: { threshold?: number; gain?: number; width?: number; cfg?: object } = {},
): Promise<string> {
  const dSae = 2 * width
  const wEnc = new Float32Array(width * dSae)
  const wDec = new Float32Array(dSae * width)
  for (let i = 0; i < width; i++) {
    wEnc[i * dSae + i] = 1
    wEnc[i * dSae + width + i] = -1
    wDec[i * width + i] = gain
    wDec[(width + i) * width + i] = -gain
  }
  const tensor = (name: string, shape: number[], data: Float32Array) => ({ name, dtype: 'F32' as const, shape, data })
  const metadata = { hook_name: SITE, model_name: 'tiny-stories-1m', sae_lens_version: '6.5.0', prepend_bos: true }
  const whole: SaeLensCfg = {
    architecture: threshold === undefined ? 'standard' : 'jumprelu',
    d_in: width,
    d_sae: dSae,
    dtype: 'float32',
    apply_b_dec_to_input: false,
    normalize_activations: 'none',
    reshape_activations: 'none',
    metadata,
    ...cfg,
  }
  await writeSaeLensFolder(folder, whole, [
    tensor('W_enc', [width, dSae], wEnc),
    tensor('W_dec', [dSae, width], wDec),
    tensor('b_enc', [dSae], new Float32Array(dSae)),
    tensor('b_dec', [width], new Float32Array(width)),
    ...(threshold === undefined ? [] : [tensor('threshold', [dSae], new Float32Array(dSae).fill(threshold))]),
  ])
  return folder
}

export const newFolder = (parent: string): Promise<string> => mkdtemp(join(parent, 'sae-'))

/** Row and parameters of an import as the backend makes them. */
export async function importRow(
  db: Pool,
  origin: SaeOrigin,
  modelPath: string,
  more: Partial<SaeImportParams> = {},
): Promise<SaeImportParams> {
  const [saeId, modelId] = [randomUUID(), randomUUID()]
  const params = SaeImportParamsSchema.parse({
    saeId,
    modelId,
    modelName: 'tiny',
    modelPath,
    precision: 'float32',
    site: SITE,
    siteOut: null,
    origin,
    width: WIDTH,
    widthOut: WIDTH,
    maxPositions: 256,
    text: { tokenizationId: null, tokens: 8192, name: 'bundled text' },
    ...more,
  })
  await db.query(
    `INSERT INTO sae (id, name, model_name, site, architecture, d_in, d_sae, context_size, bytes, ready_at)
     VALUES ($1, 'mirror', 'tiny', $2, '', 0, 0, 0, 0, NULL)`,
    [saeId, params.site],
  )
  return params
}

/** Files of a ZIP that stores without compression, by its central directory (PKWARE APPNOTE 4.3.12), independent of the code that wrote it. */
export function unpackStored(zip: Buffer): Record<string, Buffer> {
  const files: Record<string, Buffer> = {}
  const end = zip.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]))
  let at = zip.readUInt32LE(end + 16)
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const [method, bytes, nameLength] = [
      zip.readUInt16LE(at + 10),
      zip.readUInt32LE(at + 24),
      zip.readUInt16LE(at + 28),
    ]
    const local = zip.readUInt32LE(at + 42)
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
    if (method !== 0) throw new Error('A member is compressed.')
    files[zip.toString('utf8', at + 46, at + 46 + nameLength)] = zip.subarray(start, start + bytes)
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32)
  }
  return files
}
