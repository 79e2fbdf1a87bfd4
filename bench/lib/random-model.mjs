// A model of GPT-2 small's shape (124 M parameters) with random weights, made when they are read: nothing is downloaded or stored.
import { planModel, planTensors } from '../../packages/interp/dist/models/index.js'

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
      if (/(ln_\w+|layer_?norm|norm)\.weight$/.test(name)) return new Float32Array(length).fill(1)
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

/** Shapes beside GPT-2 small: a gated model with an unembedding of its own, and a parallel one with biases. */
export const LLAMA_60M = planModel({
  model_type: 'llama',
  vocab_size: 32_000,
  hidden_size: 512,
  intermediate_size: 1408,
  num_hidden_layers: 9,
  num_attention_heads: 8,
  num_key_value_heads: 4,
  max_position_embeddings: 2048,
  rms_norm_eps: 1e-5,
  hidden_act: 'silu',
  rope_theta: 10_000,
  tie_word_embeddings: false,
})

export const NEOX_160M = planModel({
  model_type: 'gpt_neox',
  vocab_size: 50_304,
  hidden_size: 768,
  intermediate_size: 3072,
  num_hidden_layers: 12,
  num_attention_heads: 12,
  max_position_embeddings: 2048,
  layer_norm_eps: 1e-5,
  hidden_act: 'gelu',
  rotary_pct: 0.25,
  rotary_emb_base: 10_000,
  use_parallel_residual: true,
  tie_word_embeddings: false,
})

/** A small tied model whose weights are stored in the session, and one with a large vocabulary whose weights are fed. */
export const GPT2_30M = planModel({
  model_type: 'gpt2',
  vocab_size: 50_257,
  n_positions: 1024,
  n_embd: 384,
  n_layer: 6,
  n_head: 6,
})

export const QWEN2_220M = planModel({
  model_type: 'qwen2',
  vocab_size: 64_000,
  hidden_size: 896,
  intermediate_size: 2432,
  num_hidden_layers: 14,
  num_attention_heads: 14,
  num_key_value_heads: 2,
  max_position_embeddings: 2048,
  rms_norm_eps: 1e-6,
  hidden_act: 'silu',
  rope_theta: 10_000,
  tie_word_embeddings: false,
})

/** Shapes that the memory estimate was made without: those of SmolLM-135M, Pythia-70M and Pythia-31M. */
export const SMOLLM_135M = planModel({
  model_type: 'llama',
  vocab_size: 49_152,
  hidden_size: 576,
  intermediate_size: 1536,
  num_hidden_layers: 30,
  num_attention_heads: 9,
  num_key_value_heads: 3,
  max_position_embeddings: 2048,
  rms_norm_eps: 1e-5,
  hidden_act: 'silu',
  rope_theta: 10_000,
  tie_word_embeddings: true,
})

const pythia = (/** @type {number} */ hidden_size, /** @type {number} */ intermediate_size) =>
  planModel({
    model_type: 'gpt_neox',
    vocab_size: 50_304,
    hidden_size,
    intermediate_size,
    num_hidden_layers: 6,
    num_attention_heads: 8,
    max_position_embeddings: 2048,
    layer_norm_eps: 1e-5,
    hidden_act: 'gelu',
    rotary_pct: 0.25,
    rotary_emb_base: 10_000,
    use_parallel_residual: true,
    tie_word_embeddings: false,
  })

export const PYTHIA_70M = pythia(512, 2048)
export const PYTHIA_31M = pythia(256, 1024)
