// Errors of the numeric layer. They say which graph, tensor or session is at fault and what was expected.

export type OnnxErrorCode =
  | 'graph_invalid'
  | 'tensor_invalid'
  | 'session_failed'
  | 'run_failed'
  | 'provider_unknown'
  /** A model file that is damaged, too large to read safely, or misses its external data. */
  | 'model_invalid'
  /** A sound model file that uses something which is not read. */
  | 'model_unsupported'

/** A graph that cannot be built or read, a tensor that does not fit its shape, or a session that could not be made or run. */
export class OnnxError extends Error {
  readonly code: OnnxErrorCode

  constructor(code: OnnxErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'OnnxError'
    this.code = code
  }
}
