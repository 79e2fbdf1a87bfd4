// SAE folders of other projects, read as SAELens's configuration and tensors. What the numbers mean is the business of others.
import type { z } from 'zod'
import { FormatError } from '../errors.js'
import { SAELENS_VERSION } from '../saelens/saelens.js'
import type { TensorSource } from '../safetensors/reader.js'

export const SAE_LAYOUTS = ['saelens', 'sparsify', 'llama_scope', 'gemma_scope'] as const
export type SaeLayout = (typeof SAE_LAYOUTS)[number]

/** An SAE of any layout. */
export interface OpenedSae {
  readonly layout: SaeLayout
  /** As cfg.json of SAELens 6. */
  readonly cfg: Readonly<Record<string, unknown>> & { readonly d_in: number; readonly d_sae: number }
  /** By SAELens's names and in its orientation; normalisation of data sets is folded in. */
  readonly weights: TensorSource
}

/** Fields that every converted cfg.json has. The version says that the file is not of the flat kind before SAELens 6. */
export const convertedCfg = (metadata: Readonly<Record<string, unknown>>) => ({
  dtype: 'float32',
  device: 'cpu',
  normalize_activations: 'none',
  reshape_activations: 'none',
  metadata: { sae_lens_version: SAELENS_VERSION, ...metadata },
})

/** @throws FormatError `sae_layout_invalid` naming the field. */
export function parseLayout<T>(schema: z.ZodType<T>, value: unknown, file: string): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new FormatError('sae_layout_invalid', `The SAE configuration is malformed: ${issue?.message}`, {
    file,
    where: issue?.path.join('.') ?? '',
    hint: 'Download the SAE again, with all its files.',
  })
}

/** @throws FormatError `sae_layout_unsupported` for a tensor that would not be read: what it does would be left out. */
export function requireNoOthers(source: TensorSource, known: readonly string[], file: string): void {
  const other = source.names().find((name) => !known.includes(name))
  if (other === undefined) return
  throw new FormatError(
    'sae_layout_unsupported',
    `The file holds a tensor ${other}, which is not known of this layout`,
    {
      file,
      where: `tensor ${other}`,
      hint: 'Without it the SAE would compute other numbers.',
    },
  )
}

/** [rows, columns] of a stored matrix. @throws FormatError `sae_layout_invalid` when it is no matrix. */
export function matrixShape(source: TensorSource, name: string, file: string): readonly [number, number] {
  const { shape } = source.info(name)
  if (shape.length === 2) return [shape[0]!, shape[1]!]
  throw new FormatError('sae_layout_invalid', `${name} is [${shape.join(', ')}], a matrix was expected`, { file })
}
