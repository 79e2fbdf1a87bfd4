// The upload that this page is doing: one at a time, alive while dialogs open and close. It sends pieces in order, asks the server where to
// go on after a break, and waits for a server that is away.
import {
  AppError,
  CHUNK_BYTES,
  type FolderUpload,
  plainFileName,
  type UploadedFile,
  type UploadPurpose,
} from '@mistudio/contracts'
import { create } from 'zustand'
import { send } from '../../../data/index.js'
import { api, renew } from '../../../live/index.js'
import { type Sample, withSample } from './pace.js'
import { sendPiece } from './send-piece.js'

export interface Transfer {
  readonly upload: FolderUpload
  readonly state: 'sending' | 'waiting' | 'paused' | 'failed' | 'complete'
  /** File on its way and the bytes of its piece that have left. */
  readonly current: { readonly index: number; readonly bytes: number } | null
  readonly samples: readonly Sample[]
  /** Why it waits or failed. */
  readonly problem: AppError | null
}

interface TransferStore {
  transfer: Transfer | null
}
export const useTransfer = create<TransferStore>(() => ({ transfer: null }))

const RETRY_MS = [500, 1000, 2000, 4000, 8000]

let files: ReadonlyMap<string, File> = new Map()
let control = new AbortController()

const change = (part: Partial<Transfer>): void =>
  useTransfer.setState(({ transfer }) => ({ transfer: transfer && { ...transfer, ...part } }))

/** Bytes of the whole upload that are on the server or on their way. */
export const sentBytes = ({ upload, current }: Pick<Transfer, 'upload' | 'current'>): number =>
  upload.files.reduce((sum, { received }) => sum + received, 0) + (current?.bytes ?? 0)

/** Begins a new upload, or goes on with `existing`. @throws AppError when the server refuses the folder. */
export async function startTransfer(
  purpose: UploadPurpose,
  name: string,
  chosen: readonly File[],
  existing: FolderUpload | null,
): Promise<void> {
  const announced = chosen.map((file) => {
    return { name: plainFileName(file.name), size: file.size, modified: file.lastModified }
  })
  const upload = existing ?? (await api.createFolderUpload({ body: { name, purpose, files: announced } }))
  files = new Map(chosen.map((file) => [plainFileName(file.name), file]))
  useTransfer.setState({ transfer: { upload, state: 'sending', current: null, samples: [], problem: null } })
  resumeTransfer()
}

export function pauseTransfer(): void {
  control.abort()
  change({ state: 'paused', current: null, samples: [], problem: null })
}

export function resumeTransfer(): void {
  control.abort()
  control = new AbortController()
  void run(control.signal)
}

/** Ends the upload and has the server remove what it has of it. */
export async function cancelTransfer(): Promise<void> {
  const id = useTransfer.getState().transfer?.upload.id
  control.abort()
  useTransfer.setState({ transfer: null })
  if (id) await removeUpload(id)
}

/** Forgets a finished upload on this page; its files stay on the server. */
export const dismissTransfer = (): void => useTransfer.setState({ transfer: null })

export async function removeUpload(id: string): Promise<void> {
  await send('deleteFolderUpload', { params: { id } })
}

async function run(signal: AbortSignal): Promise<void> {
  change({ state: 'sending', problem: null, samples: [] })
  let failures = 0
  for (let next = nextFile(); next && !signal.aborted; next = nextFile()) {
    try {
      replace(await sendNextPiece(next, signal))
      failures = 0
      if (!signal.aborted) change({ state: 'sending', problem: null })
    } catch (error) {
      if (signal.aborted) return
      const problem = asAppError(error)
      if (!passes(problem)) return change({ state: 'failed', current: null, samples: [], problem })
      change({ state: 'waiting', current: null, samples: [], problem })
      await wait(RETRY_MS[Math.min(failures, RETRY_MS.length - 1)] ?? 0, signal)
      failures += 1
      await askWhereToGoOn(signal)
    }
  }
  if (signal.aborted) return
  change({ state: 'complete', current: null })
  await renew('/folder-uploads')
}

const nextFile = (): UploadedFile | undefined =>
  useTransfer.getState().transfer?.upload.files.find(({ sha256 }) => sha256 === null)

async function sendNextPiece(file: UploadedFile, signal: AbortSignal): Promise<UploadedFile> {
  const { index, received, size, name } = file
  const uploadId = useTransfer.getState().transfer?.upload.id ?? ''
  const bytes = await readPiece(files.get(name), name, received, Math.min(received + CHUNK_BYTES, size))
  const onProgress = (sent: number) => {
    if (!signal.aborted) note({ index, bytes: sent })
  }
  return sendPiece({ uploadId, index, start: received, total: size }, bytes, onProgress, signal)
}

/** Read before it is sent: a file that went away must not look like a broken connection. */
async function readPiece(file: File | undefined, name: string, start: number, end: number): Promise<ArrayBuffer> {
  const bytes = await file
    ?.slice(start, end)
    .arrayBuffer()
    .catch(() => undefined)
  if (bytes?.byteLength === end - start) return bytes
  throw new AppError(
    'file_invalid',
    `"${name}" cannot be read any more. Choose the files again; what was sent is kept.`,
  )
}

function note(current: Transfer['current']): void {
  const { transfer } = useTransfer.getState()
  if (!transfer) return
  const bytes = sentBytes({ upload: transfer.upload, current })
  change({ current, samples: withSample(transfer.samples, { at: Date.now(), bytes }) })
}

function replace(file: UploadedFile): void {
  const { transfer } = useTransfer.getState()
  if (!transfer) return
  const renewed = transfer.upload.files.map((old) => (old.index === file.index ? file : old))
  change({ upload: { ...transfer.upload, files: renewed }, current: null })
  note(null)
}

/** What time heals: a server that is away, and a piece of a request that the server does not know to be dead yet. */
const passes = ({ code }: AppError): boolean =>
  ['unavailable', 'conflict', 'rate_limited', 'request_timeout'].includes(code)

async function askWhereToGoOn(signal: AbortSignal): Promise<void> {
  const id = useTransfer.getState().transfer?.upload.id
  if (signal.aborted || !id) return
  // Without an answer the next piece fails and asks again.
  const upload = await api.getFolderUpload({ params: { id }, signal }).catch(() => null)
  if (upload && !signal.aborted) change({ upload })
}

const asAppError = (error: unknown): AppError =>
  error instanceof AppError ? error : new AppError('internal', error instanceof Error ? error.message : String(error))

const wait = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
