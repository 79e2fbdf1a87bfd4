// Sends one piece of a file with progress. XMLHttpRequest, because fetch does not tell how far a body has gone.
import { AppError, ErrorEnvelopeSchema, ROUTES, type UploadedFile, UploadedFileSchema } from '@mistudio/contracts'
import { api } from '../../../live/index.js'

export interface PieceTarget {
  readonly uploadId: string
  readonly index: number
  /** First byte of the piece, and bytes of the whole file. */
  readonly start: number
  readonly total: number
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** @param onProgress bytes of the piece sent. @throws AppError; `unavailable` when there was no answer. */
export const sendPiece = (
  { uploadId, index, start, total }: PieceTarget,
  bytes: ArrayBuffer,
  onProgress: (bytes: number) => void,
  signal: AbortSignal,
): Promise<UploadedFile> =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open(ROUTES.uploadPiece.method, api.urls.uploadPiece({ params: { id: uploadId, index } }))
    request.setRequestHeader('content-type', 'application/octet-stream')
    request.setRequestHeader('content-range', `bytes ${start}-${start + bytes.byteLength - 1}/${total}`)
    const abort = () => request.abort()
    request.upload.onprogress = (event) => onProgress(event.loaded)
    request.onloadend = () => signal.removeEventListener('abort', abort)
    request.onload = () => {
      const json = parseJson(request.responseText)
      const answer = UploadedFileSchema.safeParse(isRecord(json) ? json['data'] : null)
      if (request.status < 300 && answer.success) return resolve(answer.data)
      const failure = ErrorEnvelopeSchema.safeParse(json)
      if (failure.success) {
        const { code, message, details } = failure.data.error
        return reject(new AppError(code, message, details))
      }
      // A proxy answers for a server that is away; that passes.
      const code = request.status >= 502 ? 'unavailable' : 'internal'
      reject(new AppError(code, `The server answered ${request.status} to the upload without saying why.`))
    }
    request.onerror = () => reject(new AppError('unavailable', 'The connection to the server broke off.'))
    request.onabort = () => reject(new AppError('bad_request', 'The upload was stopped.'))
    signal.addEventListener('abort', abort)
    if (signal.aborted) return reject(new AppError('bad_request', 'The upload was stopped.'))
    request.send(bytes)
  })
