// Refused files in the product's error codes.
import { AppError, type ErrorCode } from '@mistudio/contracts'
import { FormatError, type FormatErrorCode } from '@mistudio/formats'
import { damageOf } from './damage.js'

function codeOf(code: FormatErrorCode): ErrorCode {
  if (code === 'disk_full') return 'disk_full'
  if (code === 'file_not_found') return 'file_not_found'
  if (code === 'path_outside_root') return 'path_outside_roots'
  if (code.startsWith('dataset_') || code.startsWith('parquet_')) return 'dataset_invalid'
  return 'file_invalid'
}

/** A `FormatError` as the `AppError` that the user sees; `details` hold the reason, the file, the line, and what can be chosen. */
export function asAppError(error: FormatError): AppError {
  const damage = damageOf(error)
  if (damage) return damage
  const { code, file, line, where, hint, choices } = error
  const details = Object.entries({ reason: code, file, line, where, hint, choices }).filter(
    ([, value]) => value !== undefined,
  )
  return new AppError(codeOf(code), error.message, Object.fromEntries(details), { cause: error })
}

/** Runs work on files; `FormatError` comes out as `AppError`, anything else unchanged. */
export async function withFileErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof FormatError ? asAppError(error) : error
  }
}
