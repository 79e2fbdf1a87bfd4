// Errors about SAEs. The codes are the product's own, so that whoever answers the user can pass them on.

export type SaeErrorCode = 'sae_invalid' | 'sae_unsupported' | 'training_invalid'

/** An SAE or a training that cannot be used as it is; the message says which value is wrong and what to do. */
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
