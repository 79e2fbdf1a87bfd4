// Greedy text against the stored ids, with the whole context run again for every token and with the key/value cache, and both logits compared.
import type { KvCache, RunnableModel } from '../models/index.js'
import { type Check, type Difference, difference, differenceCheck, type RunVariant } from './check.js'
import type { GoldenCase } from './golden-case.js'

function argmax(values: Float32Array): number {
  let best = 0
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i
  return best
}

/** Logits [vocab] after `tokens`, with the whole context computed anew. */
export async function lastLogits(model: RunnableModel, tokens: Int32Array): Promise<Float32Array> {
  const logits = await model.logits({ tokens, batch: 1, seq: tokens.length })
  return logits.slice(-model.spec.vocabSize)
}

/**
 * Logits [vocab] after every prefix from `prompt` tokens to all of them but the last, with the key/value cache. The given ids are followed
 * whatever the model would have chosen, so one wrong token does not make all later ones wrong. Where the rotary frequencies change with
 * the length, the tokens are fed again, as generation does.
 */
export async function* cachedLogits(
  model: RunnableModel,
  ids: Int32Array,
  prompt: number,
): AsyncGenerator<{ position: number; cached: Float32Array }> {
  let cache: KvCache = model.emptyCache(1)
  for (let end = prompt; end < ids.length; end++) {
    const again = end === prompt || model.regime(end) !== model.regime(end - 1)
    if (again) cache = model.emptyCache(1)
    const fresh = again ? ids.slice(0, end) : ids.slice(end - 1, end)
    const step = await model.extend(cache, { tokens: fresh, batch: 1, seq: fresh.length })
    cache = step.cache
    yield { position: end, cached: step.logits }
  }
}

/** Joins differences of single positions into one. */
export function joinDifferences(found: readonly (Difference & { readonly position: number })[]): Difference {
  const count = found.reduce((sum, entry) => sum + entry.count, 0)
  const mean = found.reduce((sum, entry) => sum + entry.mean * entry.count, 0) / count
  const worst = found.reduce((a, b) => (Number.isNaN(a.max) || a.max >= b.max ? a : b))
  return { max: worst.max, mean, count, at: { row: 0, position: worst.position } }
}

/** Greedy ids of whole runs; with the cache too, where the model keeps one, and the two compared. */
export async function* greedyChecks(
  model: RunnableModel,
  golden: GoldenCase,
  variant: RunVariant,
): AsyncGenerator<Check> {
  const ids = await golden.greedyIds()
  const { prompt, min_top2_margin: margin } = golden.info.greedy
  const idsCheck = (name: string, positions: readonly number[], how: string): Check => ({
    name,
    group: 'golden',
    variant,
    figure: positions.length,
    mean: null,
    unit: 'tokens',
    count: ids.length - prompt,
    tolerance: 0,
    pass: positions.length === 0,
    detail: `Argmax ${how} against the stored greedy ids (smallest margin between the best two logits ${margin})${positions.length ? `; differs at positions ${positions.join(', ')}` : ''}.`,
  })
  const wholes = new Map<number, Float32Array>()
  for (let end = prompt; end < ids.length; end++) wholes.set(end, await lastLogits(model, ids.slice(0, end)))
  const wrong = [...wholes].filter(([end, whole]) => argmax(whole) !== ids[end]).map(([end]) => end)
  yield idsCheck('greedy ids without cache', wrong, 'of the whole context run again for every token')
  if (!model.cached) return
  const wrongCached: number[] = []
  const differences: (Difference & { position: number })[] = []
  for await (const { position, cached } of cachedLogits(model, ids, prompt)) {
    const whole = wholes.get(position)!
    if (argmax(cached) !== ids[position]) wrongCached.push(position)
    differences.push({ ...difference(cached, whole, { seq: 1, width: whole.length, valid: [1] }), position })
  }
  yield idsCheck('greedy ids with cache', wrongCached, 'of cached generation')
  yield differenceCheck(
    { name: 'cache against no cache', group: 'golden', variant },
    joinDifferences(differences),
    golden.info.tolerance.max_abs,
    'Logits along the greedy ids, with the key/value cache and without',
  )
}
