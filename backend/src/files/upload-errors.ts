// What a full disk, a broken connection and too many bytes mean to whoever uploads.
import { AppError, troubleOf } from '@mistudio/contracts'

export const tooLarge = (limit: number): AppError =>
  new AppError(
    'payload_too_large',
    `The file is larger than the ${(limit / 2 ** 30).toFixed(1)} GiB this server accepts.`,
    { limit },
  )

/** What a full disk and a broken connection mean to the user; anything else unchanged. */
export function asUploadError(cause: unknown): unknown {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  if (troubleOf(cause) === 'full') {
    return new AppError(
      'disk_full',
      'The disk of the data folder is full. Free some space and upload again.',
      undefined,
      { cause },
    )
  }
  if (code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ECONNRESET') {
    return new AppError('bad_request', 'The upload was broken off before its end.', undefined, { cause })
  }
  return cause
}
