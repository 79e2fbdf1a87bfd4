// A model of GPT-2 small's shape (124 M parameters) with random weights, made when they are read: nothing is downloaded or stored.
import { planModel, planTensors } from '../../packages/interp/dist/index.js'

export const GPT2_SMALL = planModel({
  model_type: 'gpt2',
  vocab_size: 50_257,
  n_positions: 1024,
  n_embd: 768,
  n_layer: 12,
  n_head: 12,
})

/** Uniform values with the deviation that GPT-2 starts from (0.02), from a linear congruential generator. */
export function randomValues(/** @type {number} */ size, /** @type {number} */ seed) {
  const values = new Float32Array(size)
  let state = seed >>> 0
  for (let i = 0; i < size; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    values[i] = (state / 2 ** 32 - 0.5) * 0.02 * Math.sqrt(12)
  }
  return values
}

/** @returns {import('../../packages/formats/dist/index.js').TensorSource} */
export function randomTensors(/** @type {typeof GPT2_SMALL} */ plan) {
  const tensors = new Map(planTensors(plan).map(({ name, shape }) => [name, [...shape]]))
  const shapeOf = (/** @type {string} */ name) => tensors.get(name) ?? []
  const size = (/** @type {number[]} */ shape) => shape.reduce((product, dim) => product * dim, 1)
  return {
    names: () => [...tensors.keys()],
    info: (name) => ({ dtype: 'F32', shape: shapeOf(name) }),
    async float32(name) {
      const length = size(shapeOf(name))
      if (/(ln_\w+)\.weight$/.test(name)) return new Float32Array(length).fill(1)
      if (name.endsWith('.bias')) return new Float32Array(length)
      return randomValues(length, length + [...name].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7))
    },
  }
}

export const randomTokens = (/** @type {number} */ count, /** @type {number} */ vocab) =>
  Int32Array.from({ length: count }, (_, i) => (Math.imul(i + 1, 2_654_435_761) >>> 8) % vocab)

export const median = (/** @type {number[]} */ values) => values.sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN

/** Milliseconds that a call takes. */
export async function timed(/** @type {() => Promise<unknown>} */ work) {
  const start = performance.now()
  await work()
  return performance.now() - start
}
