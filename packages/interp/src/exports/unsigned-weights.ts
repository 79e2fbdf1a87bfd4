// Signed 8-bit weights of an export held as unsigned ones: w + 128 with a zero point raised by 128 stands for the same integers, and
// unsigned by unsigned products are added up exactly on every processor (eight-bit.ts of @mistudio/onnx).
import {
  type EightBitSums,
  eightBitSums,
  elementType,
  INT8,
  type OnnxModel,
  type OnnxNode,
  type Replacement,
  type Runtime,
  rewriteModel,
  uint8,
} from '@mistudio/onnx'

/** What this processor makes of products with signed 8-bit weights. */
export interface EightBitProducts {
  /** Products of the export with such weights. */
  readonly products: number
  /** Largest error of such a sum here, in units of one; 0 is exact. Not measured without such products. */
  readonly error: number
  /** Whether the weights are held as unsigned bytes instead, whose sums are exact. */
  readonly unsigned: boolean
}

/** Places of the weights and of their zero point among an operator's inputs. */
const PLACES: Readonly<Record<string, { readonly weights: number; readonly zeroPoint: number }>> = {
  MatMulInteger: { weights: 1, zeroPoint: 3 },
  ConvInteger: { weights: 1, zeroPoint: 3 },
  DynamicQuantizeMatMul: { weights: 1, zeroPoint: 3 },
  MatMulIntegerToFloat: { weights: 1, zeroPoint: 5 },
  QAttention: { weights: 1, zeroPoint: 7 },
  QLinearMatMul: { weights: 3, zeroPoint: 5 },
  QGemm: { weights: 3, zeroPoint: 5 },
}
/** What a byte is raised by. */
const HALF = 128

/** Products of an export whose stored weights are signed bytes. */
export function signedProducts(model: OnnxModel): readonly OnnxNode[] {
  return model.nodes.filter((node) => {
    const places = PLACES[node.type]
    return places && model.initialisers.get(node.inputs[places.weights] ?? '')?.elementType === INT8
  })
}

/** Signed weights stay as they are where their sums are exact, and where unsigned ones' are not either. */
export async function eightBitProducts(
  model: OnnxModel,
  runtime: Runtime,
  given?: EightBitSums,
): Promise<EightBitProducts> {
  const products = signedProducts(model).length
  if (products === 0) return { products, error: 0, unsigned: false }
  const { signed, unsigned } = given ?? (await eightBitSums(runtime))
  return { products, error: signed, unsigned: unsigned < signed }
}

/** The model with the weights of `signedProducts` unsigned; every other value keeps its name and content. */
export function withUnsignedWeights(model: OnnxModel): OnnxModel {
  const signed = new Set(signedProducts(model))
  const raised = new Map<string, string>()
  return rewriteModel(model, (node, by) => {
    if (!signed.has(node)) return
    const { weights, zeroPoint } = PLACES[node.type]!
    const inputs = [...node.inputs]
    while (inputs.length <= zeroPoint) inputs.push('')
    inputs[weights] = raisedOnce(inputs[weights]!, by, raised)
    inputs[zeroPoint] = inputs[zeroPoint]
      ? raisedOnce(inputs[zeroPoint], by, raised)
      : by.constant(uint8(Uint8Array.of(HALF), []))
    by.same(inputs)
  })
}

/** x + 128 as bytes, made once however many products read x. Constant, so the runtime computes it when it opens the graph. */
function raisedOnce(value: string, by: Replacement, raised: Map<string, string>): string {
  const known = raised.get(value)
  if (known) return known
  const wide = by.op('Cast', [value], { to: elementType('int32') })
  const sum = by.op('Add', [wide, by.op('Cast', [by.ints(HALF)], { to: elementType('int32') })])
  const made = by.op('Cast', [sum], { to: elementType('uint8') })
  raised.set(value, made)
  return made
}
