// What an ONNX export is made of, as far as it matters to whoever reads its activations.
import { z } from 'zod'

const OperatorCountSchema = z.object({ type: z.string(), count: z.int() })

export const ExportFactsSchema = z.object({
  /** Program that wrote the file, as it says; may be empty. */
  producer: z.string(),
  opset: z.int(),
  nodes: z.int(),
  /** Bytes of the graph and its external data. */
  bytes: z.number(),
  /** Fused operators that were opened into a sum and a norm, so that the residual stream in them can be reached. */
  opened: z.array(OperatorCountSchema),
  /** Products whose weights have fewer than 16 bits. */
  integerProducts: z.array(OperatorCountSchema.extend({ bits: z.int() })),
  /** Whether activations are made 8-bit integers with a range that is taken from all tokens of a pass together. */
  rangesPerPass: z.boolean(),
  /** Whether matrices are stored as float16. */
  half: z.boolean(),
  /**
   * Products with signed 8-bit weights; how far off the processor's sums of them were when the model was last inspected (0: exact), and
   * whether the weights are held as unsigned bytes instead, whose sums are exact. Left out by earlier versions.
   */
  eightBit: z.object({ products: z.int(), error: z.number(), unsigned: z.boolean() }).optional(),
})
export type ExportFacts = z.infer<typeof ExportFactsSchema>
