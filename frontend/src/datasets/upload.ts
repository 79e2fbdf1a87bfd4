// Sends one file with progress. The shared client cannot tell how far a body has gone, because fetch does not say; XMLHttpRequest does.
import { API_PREFIX, AppError, ErrorEnvelopeSchema, UPLOAD_PATH, type Upload, UploadSchema } from '@mistudio/contracts'

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** @param onProgress share sent, 0–1. Aborting the signal ends the upload; the server keeps nothing of it. */
export const uploadFile = (file: File, onProgress: (share: number) => void, signal: AbortSignal): Promise<Upload> =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', `${API_PREFIX}${UPLOAD_PATH}?${new URLSearchParams({ name: file.name })}`)
    request.setRequestHeader('content-type', 'application/octet-stream')
    request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total)
    request.onload = () => {
      const json = parseJson(request.responseText)
      const answer = UploadSchema.safeParse(isRecord(json) ? json['data'] : null)
      if (request.status < 300 && answer.success) return resolve(answer.data)
      const failure = ErrorEnvelopeSchema.safeParse(json)
      reject(
        failure.success
          ? new AppError(failure.data.error.code, failure.data.error.message, failure.data.error.details)
          : new AppError('internal', `The server answered ${request.status} to the upload without saying why.`),
      )
    }
    request.onerror = () =>
      reject(
        new AppError(
          'unavailable',
          'The upload broke off: no answer from the server. Check that it runs and try again.',
        ),
      )
    request.onabort = () => reject(new AppError('bad_request', 'The upload was cancelled.'))
    signal.addEventListener('abort', () => request.abort())
    request.send(file)
  })
