// Errors about SAEs. The codes are the product's own, so that whoever answers the user can pass them on.

export type SaeErrorCode = 'sae_invalid' | 'sae_unsupported' | 'training_invalid' | 'out_of_memory' | 'internal'

/**
 * An SAE or a training that cannot be used as it is; the message says which value is wrong and what to do. `out_of_memory` and
 * `internal`: what computes a training step ended.
 */
export class SaeError extends Error {
  constructor(
    readonly code: SaeErrorCode,
    message: string,
    readonly details: Readonly<Record<string, unknown>> = {},
    options?: { cause?: unknown },
  ) {
    super(message, options)
    this.name = 'SaeError'
  }
}
