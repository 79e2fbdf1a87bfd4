// Error codes of the whole product: one list, each with the HTTP status it answers with. Details and texts belong to whoever throws.
import { z } from 'zod'

export const ERROR_STATUS = {
  bad_request: 400,
  validation_failed: 400,
  unauthenticated: 401,
  forbidden: 403,
  origin_refused: 403,
  path_outside_roots: 403,
  not_found: 404,
  conflict: 409,
  wrong_state: 409,
  in_use: 409,
  edited_meanwhile: 412,
  data_damaged: 409,
  request_timeout: 408,
  payload_too_large: 413,
  headers_too_large: 431,
  file_not_found: 422,
  file_invalid: 422,
  model_invalid: 422,
  model_unsupported: 422,
  tokenizer_invalid: 422,
  dataset_invalid: 422,
  tokenization_mismatch: 422,
  sae_invalid: 422,
  sae_unsupported: 422,
  site_unknown: 422,
  training_invalid: 422,
  prompt_invalid: 422,
  hub_denied: 403,
  hub_gated: 403,
  hub_not_found: 422,
  hub_unreachable: 424,
  hub_busy: 424,
  hub_invalid: 424,
  rate_limited: 429,
  internal: 500,
  disk_full: 503,
  out_of_memory: 507,
  job_crashed: 500,
  job_timeout: 504,
  unavailable: 503,
} as const

export type ErrorCode = keyof typeof ERROR_STATUS
export const ErrorCodeSchema = z.enum(Object.keys(ERROR_STATUS) as [ErrorCode, ...ErrorCode[]])

/** What every failure looks like on the wire: what happened, where, and what to do next. */
export const ErrorBodySchema = z.object({
  code: ErrorCodeSchema,
  message: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
})
export type ErrorBody = z.infer<typeof ErrorBodySchema>
export const ErrorEnvelopeSchema = z.object({ error: ErrorBodySchema })

/** Typed error shared by backend, worker and client. `message` is written for the user. */
export class AppError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details?: Record<string, unknown>,
    options?: { cause?: unknown },
  ) {
    super(message, options)
    this.name = 'AppError'
  }

  get status(): number {
    return ERROR_STATUS[this.code]
  }

  toBody(): ErrorBody {
    return { code: this.code, message: this.message, ...(this.details ? { details: this.details } : {}) }
  }
}
