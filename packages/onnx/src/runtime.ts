// The numeric interface that the rest of the product is written against. Implementations run ONNX models; see ort.ts.
import type { ExternalData } from './model/external.js'
import type { Tensor } from './tensor.js'

export interface Session {
  readonly inputNames: readonly string[]
  readonly outputNames: readonly string[]
  /**
   * Runs the model. `fetches` limits what is returned (the whole graph is computed all the same). Outputs in `into` are written to the
   * given tensors, which must have the right size; one of them may be a feed too where the operator allows it. Blocks the event loop
   * while it runs.
   */
  run(
    feeds: Record<string, Tensor>,
    fetches?: readonly string[],
    into?: Readonly<Record<string, Tensor>>,
  ): Promise<Record<string, Tensor>>
  /** Frees the native memory; the session cannot be used afterwards. */
  release(): Promise<void>
}

export interface SessionOptions {
  /** Threads within one operator; default: the runtime's. */
  threads?: number
  /** Graph optimisation (fusion, constant folding); default true. */
  optimise?: boolean
  /** External tensors of the model, which opens no files itself. Held in memory only while the session is made. */
  externalData?: readonly ExternalData[]
}

export interface Runtime {
  readonly name: string
  createSession(model: Uint8Array, options?: SessionOptions): Promise<Session>
}
