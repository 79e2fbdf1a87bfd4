// What an SAE's own configuration says of it, in the product's words. Pure; nothing is guessed.
import type { SaeDeclared, SaeShape } from '@mistudio/contracts'
import { type SaeCfg, saeArchitectureOf } from '@mistudio/interp/saes'
import { z } from 'zod'

/** null for what is missing or of another type. */
const maybe = <T extends z.ZodType>(schema: T) => schema.nullable().default(null).catch(null)

const MetadataSchema = z.looseObject({
  model_name: maybe(z.string()),
  hook_name: maybe(z.string()),
  /** What the file said where the user chose another site. */
  declared_hook_name: maybe(z.string()),
  hook_name_out: maybe(z.string()),
  hook_layer: maybe(z.int()),
  context_size: maybe(z.int().min(1)),
  prepend_bos: maybe(z.boolean()),
  dataset_path: maybe(z.string()),
  l0: maybe(z.number().positive()),
  training_architecture: maybe(z.string()),
  /** true: special tokens; or ids. */
  exclude_special_tokens: maybe(z.union([z.boolean(), z.array(z.int())])),
  seqpos_slice: maybe(z.array(z.int().nullable())),
})
const KSchema = z.looseObject({ k: maybe(z.number()) })

/** Features per token that the configuration allows; null for architectures that are not told. */
export function kOf(cfg: SaeCfg): number | null {
  const { k } = KSchema.parse(cfg)
  return 'k' in saeArchitectureOf(cfg).schema.shape ? k : null
}

export const declaredBy = (cfg: SaeCfg): SaeDeclared => declaredIn(cfg.metadata, cfg.normalize_activations, kOf(cfg))

/** The same of metadata alone. */
export function declaredIn(given: unknown, normalisation = 'none', k: number | null = null): SaeDeclared {
  const metadata = MetadataSchema.parse(given)
  return {
    modelName: metadata.model_name,
    site: metadata.declared_hook_name ?? metadata.hook_name,
    siteOut: metadata.hook_name_out,
    layer: metadata.hook_layer ?? layerOf(metadata.declared_hook_name ?? metadata.hook_name),
    contextSize: metadata.context_size,
    prependBos: metadata.prepend_bos,
    dataset: metadata.dataset_path,
    l0: metadata.l0 ?? k,
    normalisation,
    trainedAs: metadata.training_architecture,
    leftOutTokens: Array.isArray(metadata.exclude_special_tokens) ? metadata.exclude_special_tokens : [],
    skippedPositions: Math.max(0, metadata.seqpos_slice?.[0] ?? 0),
  }
}

function layerOf(site: string | null): number | null {
  const layer = /^blocks\.(\d+)\./.exec(site ?? '')?.[1]
  return layer === undefined ? null : Number(layer)
}

/** Width of what is reconstructed. */
export const dOutOf = (cfg: SaeCfg): number => z.looseObject({ d_out: z.int().optional() }).parse(cfg).d_out ?? cfg.d_in

/** What decides in which layouts it can be written. */
export const shapeOf = (cfg: SaeCfg): SaeShape => ({
  architecture: cfg.architecture,
  apply_b_dec_to_input: cfg.apply_b_dec_to_input,
  normalize_activations: cfg.normalize_activations,
  rescale_acts_by_decoder_norm: z
    .looseObject({ rescale_acts_by_decoder_norm: z.boolean().default(false).catch(false) })
    .parse(cfg).rescale_acts_by_decoder_norm,
})
