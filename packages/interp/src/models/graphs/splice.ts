// How an SAE enters a model's graph. The SAE room makes these; the graph only asks for values.
import type { Graph, Value } from '@mistudio/onnx'

export interface SpliceProgram {
  /** Tells programs apart: graphs with equal ids are shared. */
  readonly id: string
  readonly dIn: number
  readonly dSae: number
  /** Feature activations [batch, seq, d_sae] of a value [batch, seq, d_in]. */
  encode(graph: Graph, x: Value): Value
  /** Reconstruction [batch, seq, d_in] of feature activations; `x` is the value that was encoded (some formats need its scale). */
  decode(graph: Graph, features: Value, x: Value): Value
}
