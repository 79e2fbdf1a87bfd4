// A whole decoder from its plan: embeddings, blocks, final norm, unembedding.
import type { Value } from '@mistudio/onnx'
import type { HookedGraph } from '../graphs/hooked-graph.js'
import type { ModelPlan } from '../plan.js'
import { rowsFrom, stored } from '../weights/weights.js'
import type { AttentionRun } from './attention.js'
import { defineBlock } from './block.js'
import { capScores } from './explicit-attention.js'
import { linearLayer } from './linear.js'
import { normLayer } from './norm.js'
import { positionsInput } from './rotation.js'

/** The end of a forward pass. */
export interface Head {
  /** The input of the unembedding, [batch, seq, dModel]: after the final norm with its weight. */
  final(): Value
  /** Logits of such values, [..., dModel] to [..., vocab]. */
  unembed(final: Value): Value
}

function defineEmbedding(hooks: HookedGraph, { embedding }: ModelPlan): () => Value {
  const { graph } = hooks
  const { tokens, positions, scale } = embedding
  hooks.define('hook_embed', () => {
    const rows = graph.gather(hooks.weight(stored(tokens)), hooks.tokens)
    return scale === 1 ? rows : graph.mul(rows, graph.scalar(scale))
  })
  if (!positions) return () => hooks.value('hook_embed')
  hooks.define('hook_pos_embed', () =>
    graph.gather(hooks.weight(rowsFrom(positions.tensor, positions.offset)), positionsInput(hooks)),
  )
  return () => graph.add(hooks.value('hook_embed'), hooks.value('hook_pos_embed'))
}

/** Defines every site of a model; nothing is built yet. */
export function defineModel(hooks: HookedGraph, plan: ModelPlan, run: AttentionRun): Head {
  const { blocks, finalNorm, unembedding } = plan
  const { linear, softcap } = unembedding
  let stream = defineEmbedding(hooks, plan)
  for (const [layer, block] of blocks.entries()) {
    defineBlock(hooks, block, layer, stream, run)
    stream = () => hooks.value(`blocks.${layer}.hook_resid_post`)
  }
  hooks.define('unembed.hook_in', normLayer(hooks, finalNorm, 'ln_final', stream))
  return {
    final: () => hooks.value('unembed.hook_in'),
    unembed(final) {
      const logits = linearLayer(hooks, final, linear)
      return softcap === null ? logits : capScores(hooks.graph, logits, softcap)
    },
  }
}
