// Errors about language models. The codes are the product's own, so that whoever answers the user can pass them on.

export type ModelErrorCode = 'model_invalid' | 'model_unsupported' | 'site_unknown' | 'prompt_invalid' | 'out_of_memory'

/** A model that cannot be used as it is, or a request that does not fit it. `details` is plain data for the user. */
export class ModelError extends Error {
  constructor(
    readonly code: ModelErrorCode,
    message: string,
    readonly details: Readonly<Record<string, unknown>> = {},
    options?: { cause?: unknown },
  ) {
    super(message, options)
    this.name = 'ModelError'
  }
}
