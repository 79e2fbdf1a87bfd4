// Turns whatever was thrown into `{error: {code, message, details}}`. What nobody foresaw is logged under an id; only the id goes out.
import { randomUUID } from 'node:crypto'
import { AppError, type ErrorCode, troubleError } from '@mistudio/contracts'
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common'
import type { Request, Response } from 'express'
import { z } from 'zod'
import { overtakenError } from './overtaken.js'

const RETRY_AFTER_SECONDS = 5
/** What a client may simply ask again after a while. */
const RETRIED: ReadonlySet<ErrorCode> = new Set(['unavailable', 'rate_limited', 'disk_full'])
const HTTP_CODES: Readonly<Record<number, ErrorCode>> = {
  400: 'bad_request',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  405: 'not_found',
  413: 'payload_too_large',
  415: 'bad_request',
  429: 'rate_limited',
}
const LooseError = z.object({
  status: z.int().optional().catch(undefined),
  message: z.string().optional().catch(undefined),
})

/** The typed error for anything thrown; null when nobody foresaw it. */
export function asAppError(thrown: unknown): AppError | null {
  if (thrown instanceof AppError) return thrown
  if (thrown instanceof HttpException) return fromStatus(thrown.getStatus(), thrown.message)
  const around = troubleError(thrown) ?? overtakenError(thrown)
  if (around) return around
  const loose = LooseError.safeParse(thrown)
  if (!loose.success) return null
  const { status, message } = loose.data
  // Errors of express' body reader carry the status they mean.
  return status !== undefined ? fromStatus(status, message ?? '') : null
}

function fromStatus(status: number, message: string): AppError | null {
  // Other refusals of a request (a range that is not there, a condition that does not hold) are none of the server's faults.
  const code = HTTP_CODES[status] ?? (status >= 400 && status < 500 ? 'bad_request' : null)
  if (!code) return null
  if (code === 'payload_too_large') return new AppError(code, 'The request body is larger than 1 MB.')
  return new AppError(code, message || code)
}

@Catch()
export class ErrorsFilter implements ExceptionFilter {
  private readonly logger = new Logger('Errors')

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>()
    const response = host.switchToHttp().getResponse<Response>()
    const error = asAppError(thrown) ?? this.unforeseen(thrown, request)
    if (response.headersSent) return void response.destroy()
    if (RETRIED.has(error.code)) {
      response.setHeader('Retry-After', String(error.details?.['retryAfter'] ?? RETRY_AFTER_SECONDS))
    }
    response.status(error.status).json({ error: error.toBody() })
  }

  private unforeseen(thrown: unknown, request: Request): AppError {
    const correlationId = randomUUID()
    const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
    this.logger.error(`${correlationId} ${request.method} ${request.path}: ${text}`)
    return new AppError('internal', `Something went wrong in the server. The log has it under ${correlationId}.`, {
      correlationId,
    })
  }
}
