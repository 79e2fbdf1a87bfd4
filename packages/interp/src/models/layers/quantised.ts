// Linear layers whose matrix is held in fewer bits: com.microsoft MatMulNBits for int8 and int4, half-precision products for float16.
import type { Value } from '@mistudio/onnx'
import { type Bits, BLOCK_SIZE, dequantise, type QuantisedMatrix, quantiseBlocks } from '../../quantisation/index.js'
import type { HookedGraph } from '../graphs/hooked-graph.js'
import type { LinearPlan } from '../plan.js'
import { toFloat16 } from '../weights/float16.js'
import {
  type FloatRecipe,
  linearRows,
  linearWeight,
  type ReadTensor,
  transpose,
  type WeightRecipe,
} from '../weights/weights.js'

/**
 * MatMulNBits quantises the activations too, to int8 per block, and multiplies integers: several times faster than level 0, which turns
 * the weights back into float32 for every product.
 */
const INT8_ACTIVATIONS = 4

interface QuantisedRecipes {
  readonly values: WeightRecipe
  readonly scales: WeightRecipe
  readonly zeroPoints: WeightRecipe
}

function quantisedRecipes(plan: LinearPlan, bits: Bits): QuantisedRecipes {
  const rows = linearRows(plan)
  const { dIn, dOut } = plan
  const blocks = Math.ceil(dIn / BLOCK_SIZE)
  const name = `${rows.name}.int${bits}`
  let made: Promise<QuantisedMatrix> | undefined
  const quantised = (read: ReadTensor): Promise<QuantisedMatrix> => {
    made ??= rows.make(read).then((values) => quantiseBlocks(values, dIn, dOut, bits))
    return made
  }
  return {
    values: {
      name: `${name}.values`,
      dtype: 'uint8',
      constant: true,
      shape: [dOut, blocks, (BLOCK_SIZE * bits) / 8],
      make: async (read) => (await quantised(read)).values,
    },
    scales: {
      name: `${name}.scales`,
      constant: true,
      shape: [dOut, blocks],
      make: async (read) => (await quantised(read)).scales,
    },
    zeroPoints: {
      name: `${name}.zeros`,
      dtype: 'uint8',
      constant: true,
      shape: [dOut, Math.ceil((blocks * bits) / 8)],
      make: async (read) => (await quantised(read)).zeroPoints,
    },
  }
}

/** `x W` with W in blocks of integers, without bias. */
export function quantisedProduct(hooks: HookedGraph, x: Value, plan: LinearPlan, bits: Bits): Value {
  const { values, scales, zeroPoints } = quantisedRecipes(plan, bits)
  const inputs = [x, hooks.weight(values), hooks.weight(scales), hooks.weight(zeroPoints)]
  const attributes = { K: plan.dIn, N: plan.dOut, bits, block_size: BLOCK_SIZE, accuracy_level: INT8_ACTIVATIONS }
  return hooks.graph.microsoft('MatMulNBits', inputs, attributes)[0]!
}

/** The matrix [dIn, dOut] that the integers of a layer stand for, where a graph needs the matrix itself. */
export function dequantisedWeight(plan: LinearPlan, bits: Bits): FloatRecipe {
  const rows = linearRows(plan)
  const { dIn, dOut } = plan
  return {
    name: `${rows.name}.int${bits}.turned`,
    shape: [dIn, dOut],
    make: async (read) => transpose(dequantise(quantiseBlocks(await rows.make(read), dIn, dOut, bits)), dOut, dIn),
  }
}

/** `x W` in half precision, without bias; x and the result are float32. */
export function halfProduct(hooks: HookedGraph, x: Value, plan: LinearPlan): Value {
  const { graph } = hooks
  const { name, shape, make } = linearWeight(plan)
  const half = hooks.weight({
    name: `${name}.float16`,
    dtype: 'float16',
    shape,
    make: async (read) => toFloat16(await make(read)),
  })
  return graph.cast(graph.matmul(graph.cast(x, 'float16'), half), 'float32')
}
