// Layouts in which SAEs are stored by different projects, and which of them can hold an SAE without changing a number.
import { z } from 'zod'

export const SaeLayoutSchema = z.enum(['saelens', 'sparsify', 'llama_scope', 'gemma_scope'])
export type SaeLayout = z.infer<typeof SaeLayoutSchema>

/** Names as pages say them, and the files by which a layout is known. */
export const SAE_LAYOUT_TEXTS: Readonly<Record<SaeLayout, { label: string; files: string }>> = {
  saelens: { label: 'SAELens', files: 'cfg.json, sae_weights.safetensors' },
  sparsify: { label: 'EleutherAI sparsify', files: 'cfg.json, sae.safetensors' },
  llama_scope: { label: 'Llama Scope', files: 'hyperparams.json, checkpoints/final.safetensors' },
  gemma_scope: { label: 'Gemma Scope', files: 'params.npz' },
}

/** Layouts that are written. Llama Scope is not: it holds one threshold and folds a norm. dictionary_learning and OpenAI store pickles. */
export const SaeExportLayoutSchema = z.enum(['saelens', 'sparsify', 'gemma_scope'])
export type SaeExportLayout = z.infer<typeof SaeExportLayoutSchema>

/** Architectures that SAELens 6 opens; the others in its layout are opened here only. */
const SAELENS_ARCHITECTURES: ReadonlySet<string> = new Set([
  ...['standard', 'gated', 'topk', 'abstopk', 'jumprelu', 'temporal', 'matching_pursuit'],
  ...['transcoder', 'skip_transcoder', 'jumprelu_transcoder', 'jumprelu_skip_transcoder'],
])
export const opensInSaeLens = (architecture: string): boolean => SAELENS_ARCHITECTURES.has(architecture)

/** What to know about a layout that can hold an SAE; null for nothing. */
export const exportNote = (layout: SaeExportLayout, { architecture }: Pick<SaeShape, 'architecture'>): string | null =>
  layout === 'saelens' && !opensInSaeLens(architecture)
    ? `SAELens has no architecture ${architecture}: this archive is read by miStudio only.`
    : null

/** What decides whether a layout can hold an SAE; fields of SAELens's cfg.json. */
export const SaeShapeSchema = z.looseObject({
  architecture: z.string(),
  apply_b_dec_to_input: z.boolean().default(true),
  normalize_activations: z.string().default('none'),
  rescale_acts_by_decoder_norm: z.boolean().default(false),
})
export type SaeShape = z.infer<typeof SaeShapeSchema>

const AT_RUN_TIME = ['layer_norm', 'constant_norm_rescale']

/** Why an SAE cannot be written in a layout number for number; null when it can. */
export function exportProblem(layout: SaeExportLayout, shape: SaeShape): string | null {
  if (layout === 'saelens') return null
  const { label } = SAE_LAYOUT_TEXTS[layout]
  if (AT_RUN_TIME.includes(shape.normalize_activations))
    return `${label} has no field for ${shape.normalize_activations}.`
  return layout === 'sparsify' ? sparsifyProblem(shape) : gemmaScopeProblem(shape)
}

/** SAEs that rescale by decoder norms can be held when their norms are one, as those trained here have; the writer looks. */
function sparsifyProblem({ architecture, apply_b_dec_to_input }: SaeShape): string | null {
  if (architecture !== 'topk') return `sparsify holds TopK SAEs only, this one is ${architecture}.`
  if (!apply_b_dec_to_input) return 'sparsify always subtracts b_dec from the input, this SAE does not.'
  return null
}

function gemmaScopeProblem({ architecture, apply_b_dec_to_input }: SaeShape): string | null {
  if (architecture !== 'jumprelu') return `Gemma Scope holds JumpReLU SAEs only, this one is ${architecture}.`
  if (apply_b_dec_to_input) return 'Gemma Scope never subtracts b_dec from the input, this SAE does.'
  return null
}
