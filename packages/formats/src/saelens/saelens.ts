// A SAELens folder as raw tensors and configuration (SAELens v6, `saes/sae.py`). What they mean is the business of others.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { FormatError } from '../errors.js'
import { type AtomicOptions, type WrittenFile, writeFileAtomic } from '../files/atomic.js'
import { readJsonFile } from '../files/json.js'
import { SafetensorsFile } from '../safetensors/reader.js'
import { type TensorToWrite, writeSafetensors } from '../safetensors/writer.js'

/** Version of SAELens whose fields, architectures and numbers what is written here follows; its outputs are the goldens of the tests. */
export const SAELENS_VERSION = '6.54.12'

export const SAELENS_CFG = 'cfg.json'
export const SAELENS_WEIGHTS = 'sae_weights.safetensors'

/** Fields that every version of the format has. All others are kept as they are. */
export const SaeLensCfgSchema = z.looseObject({
  d_in: z.int().min(1),
  d_sae: z.int().min(1),
  architecture: z.string().optional(),
  dtype: z.string().optional(),
  metadata: z.looseObject({}).optional(),
})
export type SaeLensCfg = z.infer<typeof SaeLensCfgSchema>

export interface SaeLensFolder {
  readonly cfg: SaeLensCfg
  /** Tensors by SAELens name: `W_enc` [d_in, d_sae], `W_dec` [d_sae, d_in or d_out], `b_dec` ... */
  readonly weights: SafetensorsFile
}

/** Opens a SAELens folder. Errors: `saelens_cfg_invalid`, `saelens_weights_invalid`, `safetensors_*`, `file_not_found`. */
export async function readSaeLensFolder(folder: string): Promise<SaeLensFolder> {
  const cfgPath = join(folder, SAELENS_CFG)
  const cfg = parseCfg(await readJsonFile(cfgPath, 2 ** 20), cfgPath)
  const weights = await SafetensorsFile.open(join(folder, SAELENS_WEIGHTS))
  checkShape(weights, 'W_dec', [cfg.d_sae, null])
  if (weights.has('W_enc')) checkShape(weights, 'W_enc', [cfg.d_in, cfg.d_sae])
  return { cfg, weights }
}

/**
 * Writes a SAELens folder; each file appears whole, the configuration last. Returns what was written by file name.
 * Errors: `saelens_cfg_invalid`, `disk_full`.
 */
export async function writeSaeLensFolder(
  folder: string,
  cfg: SaeLensCfg,
  tensors: readonly TensorToWrite[],
  options: AtomicOptions = {},
): Promise<Record<string, WrittenFile>> {
  const checked = parseCfg(cfg, join(folder, SAELENS_CFG))
  await mkdir(folder, { recursive: true })
  const weights = await writeSafetensors(join(folder, SAELENS_WEIGHTS), tensors, {}, options)
  const config = await writeFileAtomic(join(folder, SAELENS_CFG), JSON.stringify(checked, null, 2), options)
  return { [SAELENS_WEIGHTS]: weights, [SAELENS_CFG]: config }
}

function parseCfg(value: unknown, file: string): SaeLensCfg {
  const parsed = SaeLensCfgSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new FormatError('saelens_cfg_invalid', `The SAE configuration is malformed: ${issue?.message}`, {
    file,
    where: issue?.path.join('.') ?? '',
    hint: 'Expected is the cfg.json that SAELens writes.',
  })
}

/** null in `wanted` stands for any size. */
function checkShape(weights: SafetensorsFile, name: string, wanted: readonly (number | null)[]): void {
  const { shape } = weights.info(name)
  if (shape.length === wanted.length && wanted.every((size, axis) => size === null || size === shape[axis])) return
  throw new FormatError(
    'saelens_weights_invalid',
    `${name} is [${shape.join(', ')}], cfg.json says [${wanted.map((n) => n ?? 'any').join(', ')}]`,
    {
      file: weights.path,
      where: `tensor ${name}`,
      hint: 'cfg.json and weights belong to different SAEs.',
    },
  )
}
