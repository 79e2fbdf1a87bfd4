// What a job failed of, as an error body a user can act on.
import { AppError, type ErrorBody, troubleOf } from '@mistudio/contracts'
import { FormatError } from '@mistudio/formats'
import { z } from 'zod'
import { asAppError } from '../files/errors.js'

const OUT_OF_MEMORY = /bad_alloc|out of memory|Array buffer allocation failed|Cannot allocate memory|ENOMEM/i

/** Maps anything thrown by a pipeline. Unknown errors become `internal` with their message: the runner's log holds the stack. */
export const errorBody = (error: unknown): ErrorBody => {
  if (error instanceof AppError) return error.toBody()
  if (error instanceof FormatError) return asAppError(error).toBody()
  if (error instanceof z.ZodError)
    return { code: 'internal', message: `Stored job parameters do not fit: ${z.prettifyError(error)}` }
  const message = error instanceof Error ? error.message : String(error)
  if (troubleOf(error) === 'full')
    return { code: 'disk_full', message: `The disk is full (${message}). Free space in the data folder and retry.` }
  if (OUT_OF_MEMORY.test(message))
    return { code: 'out_of_memory', message: `Not enough memory: ${message}. Choose a smaller batch, buffer or model.` }
  return { code: 'internal', message }
}
