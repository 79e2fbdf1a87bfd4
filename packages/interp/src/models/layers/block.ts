// One transformer block: norms, attention, MLP and the residual stream between them.
import type { Value } from '@mistudio/onnx'
import type { HookedGraph } from '../graphs/hooked-graph.js'
import type { BlockPlan, NormPlan } from '../plan.js'
import { type AttentionRun, attentionLayer } from './attention.js'
import { mlpLayer } from './mlp.js'
import { normLayer } from './norm.js'

/** Defines every site of block `layer`; `hook_resid_pre` reads the site `previous`. */
export function defineBlock(
  hooks: HookedGraph,
  plan: BlockPlan,
  layer: number,
  previous: () => Value,
  run: AttentionRun,
): void {
  const { graph } = hooks
  const at = (kind: string): string => `blocks.${layer}.${kind}`
  const site = (kind: string) => (): Value => hooks.value(at(kind))
  const normed = (norm: NormPlan | null, prefix: string, input: () => Value): (() => Value) =>
    norm ? normLayer(hooks, norm, at(prefix), input) : input
  hooks.define(at('hook_resid_pre'), previous)
  const forAttention = normed(plan.ln1, 'ln1', site('hook_resid_pre'))
  const attention = attentionLayer(hooks, plan.attention, layer, run, forAttention)
  hooks.define(at('hook_attn_out'), normed(plan.ln1Post, 'ln1_post', attention))
  if (!plan.parallel) {
    hooks.define(at('hook_resid_mid'), () => graph.add(site('hook_resid_pre')(), site('hook_attn_out')()))
  }
  const before = plan.parallel ? site('hook_resid_pre') : site('hook_resid_mid')
  const forMlp = plan.ln2 === 'shared' ? forAttention : normed(plan.ln2, 'ln2', before)
  const mlp = mlpLayer(hooks, plan.mlp, at, forMlp)
  hooks.define(at('hook_mlp_out'), normed(plan.ln2Post, 'ln2_post', mlp))
  hooks.define(at('hook_resid_post'), () => {
    const stream = plan.parallel
      ? graph.add(site('hook_resid_pre')(), site('hook_attn_out')())
      : site('hook_resid_mid')()
    return graph.add(stream, site('hook_mlp_out')())
  })
}
