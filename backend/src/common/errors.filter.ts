// Turns whatever was thrown into `{error: {code, message, details}}`. What nobody foresaw is logged under an id; only the id goes out.
import { randomUUID } from 'node:crypto'
import { AppError, type ErrorCode } from '@mistudio/contracts'
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common'
import type { Request, Response } from 'express'
import { z } from 'zod'

const RETRY_AFTER_SECONDS = 5
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
/** Codes of the drivers that mean: PostgreSQL cannot be reached. */
const DATABASE_AWAY = new Set([
  'P1001',
  'P1002',
  'P1008',
  'P1017',
  'P2024',
  'ECONNREFUSED',
  'ECONNRESET',
  '57P01',
  '57P03',
])

const LooseError = z.object({
  status: z.int().optional().catch(undefined),
  code: z.string().optional().catch(undefined),
  message: z.string().optional().catch(undefined),
})

/** The typed error for anything thrown; null when nobody foresaw it. */
export function asAppError(thrown: unknown): AppError | null {
  if (thrown instanceof AppError) return thrown
  if (thrown instanceof HttpException) return fromStatus(thrown.getStatus(), thrown.message)
  const loose = LooseError.safeParse(thrown)
  if (!loose.success) return null
  const { status, code, message } = loose.data
  if (code !== undefined && DATABASE_AWAY.has(code)) {
    return new AppError('unavailable', 'The database does not answer. Check that PostgreSQL runs, then try again.')
  }
  // Errors of express' body reader carry the status they mean.
  return status !== undefined ? fromStatus(status, message ?? '') : null
}

function fromStatus(status: number, message: string): AppError | null {
  const code = HTTP_CODES[status]
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
    if (error.code === 'unavailable' || error.code === 'rate_limited') {
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
