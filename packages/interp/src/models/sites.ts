// Sites: the named places of a forward pass where activations are read or changed. Names are TransformerLens's.
import { ModelError } from './errors.js'
import type { BlockPlan, ModelPlan, NormPlan } from './plan.js'

export interface Site {
  /** For example `blocks.2.hook_resid_post`. */
  readonly name: string
  readonly layer: number | null
  /**
   * `token`: one vector per token, in memory [batch, seq, width] (heads flattened).
   * `pattern`: attention weights of one query, in memory [batch, heads, query, key]; their number grows with the context.
   */
  readonly kind: 'token' | 'pattern'
  /** Shape of one token's activation: `[d_model]`, `[heads, head_dim]`; `[heads]` (times the keys) for a pattern. */
  readonly shape: readonly number[]
}

export interface AbsentSite {
  readonly name: string
  readonly reason: string
}

/** Values per token at a site; the d_in of an SAE trained there. For a pattern: heads, each times the keys of a run. */
export const siteWidth = (site: Site): number => site.shape.reduce((product, dim) => product * dim, 1)

/** `batch × seq × 128`, or `batch × 4 × query × key`. */
export const describeShape = (site: Site): string =>
  site.kind === 'pattern' ? `batch × ${site.shape[0]} × query × key` : ['batch', 'seq', ...site.shape].join(' × ')

/** Finds a site by name. @throws ModelError `site_unknown` with the names that would do. */
export function findSite(sites: readonly Site[], name: string): Site {
  const site = sites.find((candidate) => candidate.name === name)
  if (site) return site
  const layers = sites.filter(({ layer }) => layer !== null).map(({ layer }) => layer!)
  const kinds = [...new Set(sites.map((candidate) => candidate.name.replace(/^blocks\.\d+\./, 'blocks.L.')))]
  const range = layers.length ? ` with L from 0 to ${Math.max(...layers)}` : ''
  throw new ModelError('site_unknown', `This model has no site ${name}. It has: ${kinds.join(', ')}${range}.`, {
    site: name,
  })
}

type Describe = (kind: string, shape: readonly number[]) => Site

const normSites = (site: Describe, prefix: string, norm: NormPlan | 'shared' | null): Site[] =>
  norm === null || norm === 'shared'
    ? []
    : [site(`${prefix}.hook_scale`, [1]), site(`${prefix}.hook_normalized`, [norm.width])]

function blockSites({ attention, mlp, parallel, ln1, ln2, ln1Post, ln2Post }: BlockPlan, layer: number): Site[] {
  const site: Describe = (kind, shape) => ({ name: `blocks.${layer}.${kind}`, layer, kind: 'token', shape })
  const { heads, kvHeads, headDim, o } = attention
  const residual = [o.dOut]
  return [
    site('hook_resid_pre', residual),
    ...normSites(site, 'ln1', ln1),
    site('attn.hook_q', [heads, headDim]),
    site('attn.hook_k', [kvHeads, headDim]),
    site('attn.hook_v', [kvHeads, headDim]),
    { ...site('attn.hook_pattern', [heads]), kind: 'pattern' },
    site('attn.hook_z', [heads, headDim]),
    site('attn.hook_result', [heads, o.dOut]),
    ...normSites(site, 'ln1_post', ln1Post),
    site('hook_attn_out', residual),
    ...(parallel ? [] : [site('hook_resid_mid', residual)]),
    ...normSites(site, 'ln2', ln2),
    site('mlp.hook_pre', [mlp.dMlp]),
    ...(mlp.gate ? [site('mlp.hook_pre_linear', [mlp.dMlp])] : []),
    site('mlp.hook_post', [mlp.dMlp]),
    ...normSites(site, 'ln2_post', ln2Post),
    site('hook_mlp_out', residual),
    site('hook_resid_post', residual),
  ]
}

/** Every site of a model, in the order of the forward pass. */
export function planSites(plan: ModelPlan): readonly Site[] {
  const { spec, embedding, blocks, finalNorm } = plan
  const whole: Describe = (name, shape) => ({ name, layer: null, kind: 'token', shape })
  return [
    whole('hook_embed', [spec.dModel]),
    ...(embedding.positions ? [whole('hook_pos_embed', [spec.dModel])] : []),
    ...blocks.flatMap(blockSites),
    ...normSites(whole, 'ln_final', finalNorm),
    whole('unembed.hook_in', [spec.dModel]),
  ]
}

/** The usual sites that this model has not, and why. `blocks.L.` stands for every layer. */
export function absentSites({ embedding, blocks }: ModelPlan): readonly AbsentSite[] {
  const [block] = blocks
  const absent: AbsentSite[] = []
  const add = (missing: boolean, reason: string, ...names: readonly string[]): void => {
    if (missing) absent.push(...names.map((name) => ({ name, reason })))
  }
  add(!embedding.positions, 'Positions enter by rotating queries and keys, not by an embedding.', 'hook_pos_embed')
  if (!block) return absent
  const norm = (name: string): string[] => [`blocks.L.${name}.hook_scale`, `blocks.L.${name}.hook_normalized`]
  add(
    block.parallel,
    'Attention and MLP read the same residual stream; there is no state between them.',
    'blocks.L.hook_resid_mid',
  )
  add(block.ln1 === null, 'Attention reads the residual stream without a norm before it.', ...norm('ln1'))
  add(block.ln2 === null, 'The MLP reads the residual stream without a norm before it.', ...norm('ln2'))
  add(block.ln2 === 'shared', 'The MLP reads the output of ln1.', ...norm('ln2'))
  add(!block.mlp.gate, 'The MLP is not gated.', 'blocks.L.mlp.hook_pre_linear')
  return absent
}
