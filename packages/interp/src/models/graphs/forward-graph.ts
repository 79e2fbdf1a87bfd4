// From a request (what to return, what to change) to an ONNX graph: attention with or without cache, captures, logits, losses.
import type { Value } from '@mistudio/onnx'
import { defineModel, type Head } from '../layers/model.js'
import type { ModelPlan } from '../plan.js'
import type { Precision } from '../precision.js'
import { findSite, planSites, type Site, siteWidth } from '../sites.js'
import { HookedGraph } from './hooked-graph.js'
import { type InterventionSlot, slotKey } from './intervention-graph.js'

export interface GraphRequest {
  /** Sites to return, each [batch, seq, width]; patterns [batch, heads, query, key]. */
  readonly capture: readonly string[]
  /** `all`: [batch, seq, vocab]; `last`: [batch, vocab] at the positions of input `last_position`. */
  readonly logits: 'none' | 'all' | 'last'
  /** Next-token losses in nats [batch, seq - 1], computed inside the graph. */
  readonly nll: boolean
  readonly interventions: readonly InterventionSlot[]
  /** Reads and returns keys and values, for generation. */
  readonly cache: boolean
}

/** Requests with equal keys have the same graph. */
export const requestKey = ({ capture, logits, nll, interventions, cache }: GraphRequest): string =>
  JSON.stringify([capture, logits, nll, interventions.map(slotKey), cache])

/** int64 [batch, 1]: the position whose logits are wanted, counted within this run's tokens. */
export const LAST_POSITION = 'last_position'

/** Logits at one position per row: input `last_position` int64 [batch, 1] picks before the unembedding. */
function lastLogits(hooks: HookedGraph, head: Head): Value {
  const position = hooks.input(LAST_POSITION, 'int64', ['batch', 1])
  return head.unembed(hooks.graph.op('GatherND', [head.final(), position], { batch_dims: 1 }))
}

/** -log p(token t+1 | tokens to t) for every position but the last, [batch, seq - 1]. */
function nextTokenLoss(hooks: HookedGraph, head: Head): Value {
  const { graph } = hooks
  const predicting = graph.slice(head.final(), [0], [-1], [1])
  const targets = graph.slice(hooks.tokens, [1], [Number.MAX_SAFE_INTEGER], [1])
  const logProbabilities = graph.logSoftmax(head.unembed(predicting))
  return graph.neg(graph.squeeze(graph.gatherElements(logProbabilities, graph.unsqueeze(targets, [2]), 2), [2]))
}

const captureShape = (site: Site): (number | string)[] =>
  site.kind === 'pattern' ? ['batch', siteWidth(site), 'seq', 'keys'] : ['batch', 'seq', siteWidth(site)]

/** Builds the graph of a request; the weights it needs are listed in `recipes` and still to be filled. `positions`: rows of the rotary tables. */
export function buildForward(
  plan: ModelPlan,
  request: GraphRequest,
  positions: number,
  precision: Precision = 'float32',
): HookedGraph {
  const sites = planSites(plan)
  const hooks = new HookedGraph(plan.spec.architecture, sites, request.interventions, request.capture, precision)
  const head = defineModel(hooks, plan, { cache: request.cache, positions })
  const { graph } = hooks
  for (const name of request.capture) {
    graph.output(hooks.value(name), 'float32', captureShape(findSite(sites, name)), name)
  }
  if (request.logits === 'all')
    graph.output(head.unembed(head.final()), 'float32', ['batch', 'seq', plan.spec.vocabSize], 'logits')
  if (request.logits === 'last') {
    graph.output(lastLogits(hooks, head), 'float32', ['batch', plan.spec.vocabSize], 'logits')
  }
  if (request.nll) graph.output(nextTokenLoss(hooks, head), 'float32', ['batch', 'predictions'], 'nll')
  return hooks
}
