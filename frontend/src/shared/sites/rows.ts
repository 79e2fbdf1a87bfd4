// Sites as a grid: kinds down, layers across; what a kind is, in words. Pure.
import type { Site } from '@mistudio/contracts'
import { formatNumber } from '../../ui/format.js'

/** Sites of one kind over the layers; those outside of layers have a single entry without a layer. */
export interface SiteRow {
  /** Without `blocks.L.`. */
  readonly kind: string
  readonly width: number
  readonly sites: readonly Site[]
}

const kindOf = (name: string): string => name.replace(/^blocks\.\d+\./, '')

/** Sites by kind, in the order of the forward pass; with `search` those whose names or words have every part of it. */
export function siteRows(sites: readonly Site[], search = ''): SiteRow[] {
  const parts = search.toLowerCase().split(/\s+/).filter(Boolean)
  const rows = new Map<string, SiteRow>()
  for (const site of sites) {
    const kind = kindOf(site.name)
    const text = `${site.name} ${WORDS[kind] ?? ''}`.toLowerCase()
    if (!parts.every((part) => text.includes(part))) continue
    const found = rows.get(kind)
    rows.set(kind, { kind, width: site.width, sites: [...(found?.sites ?? []), site] })
  }
  return [...rows.values()]
}

export const layersOf = (rows: readonly SiteRow[]): number[] =>
  [...new Set(rows.flatMap(({ sites }) => sites.flatMap(({ layer }) => layer ?? [])))].sort((a, b) => a - b)

/** What is computed there, by the names of TransformerLens. */
const WORDS: Readonly<Record<string, string>> = {
  hook_embed: 'token embeddings',
  hook_pos_embed: 'position embeddings',
  hook_resid_pre: 'residual stream before the block',
  hook_resid_mid: 'residual stream between attention and MLP',
  hook_resid_post: 'residual stream after the block, the usual choice',
  hook_attn_out: 'what attention adds to the residual stream',
  hook_mlp_out: 'what the MLP adds to the residual stream',
  'mlp.hook_pre': 'MLP neurons before their nonlinearity',
  'mlp.hook_pre_linear': 'the linear half of a gated MLP',
  'mlp.hook_post': 'MLP neurons after their nonlinearity',
  'attn.hook_q': 'queries of all heads',
  'attn.hook_k': 'keys of all heads',
  'attn.hook_v': 'values of all heads',
  'attn.hook_z': 'what each head has read, before the output matrix',
  'attn.hook_result': 'what each head adds to the residual stream',
  'attn.hook_pattern': 'attention weights',
  'ln1.hook_normalized': 'what attention reads, normalised',
  'ln2.hook_normalized': 'what the MLP reads, normalised',
  'ln_final.hook_normalized': 'what the unembedding reads, normalised',
}

/** `blocks.2.hook_mlp_out · 128 values per token · what the MLP adds to the residual stream`. */
export const siteText = ({ name, width, kind }: Site): string => {
  const size = kind === 'pattern' ? `${formatNumber(width)} heads` : `${formatNumber(width)} values per token`
  const words = WORDS[kindOf(name)]
  return [name, size, ...(words ? [words] : [])].join(' · ')
}
