// The arithmetic of Llama, site by site. Shapes: B batch, T positions, d dModel; heads stay flattened in the last axis.
import type { Value } from '@mistudio/onnx'
import type { HookedGraph } from '../hooked-graph.js'
import type { ModelSpec } from '../spec.js'
import { linear, stored } from '../weights.js'
import type { Attend, Head } from './architecture.js'
import { activate, rmsNorm } from './layers.js'

/** `x W + b`, the weight taken from the linear layer `name`. */
function project(hooks: HookedGraph, x: Value, name: string, dIn: number, dOut: number, bias: boolean): Value {
  const product = hooks.graph.matmul(x, hooks.weight(linear(`${name}.weight`, dIn, dOut)))
  return bias ? hooks.graph.add(product, hooks.weight(stored(`${name}.bias`, [dOut]))) : product
}

function defineAttention(spec: ModelSpec, hooks: HookedGraph, layer: number, attend: Attend): void {
  const { dModel, heads, kvHeads, headDim, normEps, attentionBias: bias } = spec
  const tensors = `layers.${layer}`
  const at = (kind: string): string => `blocks.${layer}.${kind}`
  const normed = rmsNorm(
    hooks,
    at('ln1.hook_normalized'),
    at('hook_resid_pre'),
    `${tensors}.input_layernorm.weight`,
    dModel,
    normEps,
  )
  const projection = (kind: 'q' | 'k' | 'v', width: number): void =>
    hooks.define(at(`attn.hook_${kind}`), () =>
      project(hooks, normed(), `${tensors}.self_attn.${kind}_proj`, dModel, width, bias),
    )
  projection('q', heads * headDim)
  projection('k', kvHeads * headDim)
  projection('v', kvHeads * headDim)
  hooks.define(at('attn.hook_z'), () =>
    attend(layer, hooks.value(at('attn.hook_q')), hooks.value(at('attn.hook_k')), hooks.value(at('attn.hook_v'))),
  )
  hooks.define(at('hook_attn_out'), () =>
    project(hooks, hooks.value(at('attn.hook_z')), `${tensors}.self_attn.o_proj`, heads * headDim, dModel, bias),
  )
}

function defineMlp(spec: ModelSpec, hooks: HookedGraph, layer: number): void {
  const { dModel, dMlp, normEps, mlpBias: bias } = spec
  const tensors = `layers.${layer}`
  const at = (kind: string): string => `blocks.${layer}.${kind}`
  const normed = rmsNorm(
    hooks,
    at('ln2.hook_normalized'),
    at('hook_resid_mid'),
    `${tensors}.post_attention_layernorm.weight`,
    dModel,
    normEps,
  )
  hooks.define(at('mlp.hook_pre'), () => project(hooks, normed(), `${tensors}.mlp.gate_proj`, dModel, dMlp, bias))
  hooks.define(at('mlp.hook_pre_linear'), () => project(hooks, normed(), `${tensors}.mlp.up_proj`, dModel, dMlp, bias))
  hooks.define(at('mlp.hook_post'), () =>
    hooks.graph.mul(
      activate(hooks.graph, spec.activation, hooks.value(at('mlp.hook_pre'))),
      hooks.value(at('mlp.hook_pre_linear')),
    ),
  )
  hooks.define(at('hook_mlp_out'), () =>
    project(hooks, hooks.value(at('mlp.hook_post')), `${tensors}.mlp.down_proj`, dMlp, dModel, bias),
  )
}

/** Defines every site of a Llama model; see the sites listed in llama.ts. */
export function defineLlama(spec: ModelSpec, hooks: HookedGraph, attend: Attend): Head {
  const { layers, dModel, vocabSize, normEps, tiedEmbeddings } = spec
  const { graph } = hooks
  hooks.define('hook_embed', () =>
    graph.gather(hooks.weight(stored('embed_tokens.weight', [vocabSize, dModel])), hooks.tokens),
  )
  for (let layer = 0; layer < layers; layer++) {
    const at = (kind: string): string => `blocks.${layer}.${kind}`
    const sum = (site: string, a: string, b: string): void =>
      hooks.define(at(site), () => graph.add(hooks.value(at(a)), hooks.value(at(b))))
    hooks.define(at('hook_resid_pre'), () =>
      hooks.value(layer === 0 ? 'hook_embed' : `blocks.${layer - 1}.hook_resid_post`),
    )
    defineAttention(spec, hooks, layer, attend)
    sum('hook_resid_mid', 'hook_resid_pre', 'hook_attn_out')
    defineMlp(spec, hooks, layer)
    sum('hook_resid_post', 'hook_resid_mid', 'hook_mlp_out')
  }
  const unembedding = tiedEmbeddings ? 'embed_tokens.weight' : 'lm_head.weight'
  return {
    final: rmsNorm(
      hooks,
      'ln_final.hook_normalized',
      `blocks.${layers - 1}.hook_resid_post`,
      'norm.weight',
      dModel,
      normEps,
    ),
    unembed: (final) => graph.matmul(final, hooks.weight(linear(unembedding, dModel, vocabSize))),
  }
}
