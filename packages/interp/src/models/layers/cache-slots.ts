// Where a layer's keys and values of earlier tokens enter a graph and the grown ones leave it.
import type { Value } from '@mistudio/onnx'
import type { HookedGraph } from '../graphs/hooked-graph.js'
import type { AttentionPlan } from '../plan.js'

export const pastName = (kind: 'key' | 'value', layer: number): string => `past_${kind}.${layer}`
export const presentName = (kind: 'key' | 'value', layer: number): string => `present_${kind}.${layer}`

const HEAD_MULTIPLE = 8
/** Head dimension as the attention node and the cache hold it. */
export const paddedHeadDim = (headDim: number): number => Math.ceil(headDim / HEAD_MULTIPLE) * HEAD_MULTIPLE

/** Past keys and values [batch, kvHeads, past, padded headDim], and the place for the grown ones. */
export interface CacheSlots {
  readonly pastKeys: Value
  readonly pastValues: Value
  give(keys: Value, values: Value): void
}

export function cacheSlots(hooks: HookedGraph, { kvHeads, headDim }: AttentionPlan, layer: number): CacheSlots {
  const padded = paddedHeadDim(headDim)
  const past = (kind: 'key' | 'value'): Value =>
    hooks.input(pastName(kind, layer), 'float32', ['batch', kvHeads, 'past', padded])
  return {
    pastKeys: past('key'),
    pastValues: past('value'),
    give(keys, values) {
      const shape = ['batch', kvHeads, 'total', padded]
      hooks.graph.output(keys, 'float32', shape, presentName('key', layer))
      hooks.graph.output(values, 'float32', shape, presentName('value', layer))
    },
  }
}
