// What an upload may hold and how much room it may take: pure.
import {
  AppError,
  modelFileKind,
  PICKLE_ADVICE,
  SAE_PICKLE_ADVICE,
  saeFileKind,
  type UploadedFile,
  type UploadPurpose,
} from '@mistudio/contracts'

/** Bytes that an upload leaves free: the database and running jobs write to the same disk. */
const RESERVE_BYTES = 256 * 2 ** 20

const RULES = {
  model: {
    kind: modelFileKind,
    advice: PICKLE_ADVICE,
    what: 'a model',
    taken: '.safetensors, .json, .txt, .jinja and ONNX files',
  },
  /** Any one file: the preview says whether it can be read. */
  dataset: { kind: (): 'wanted' => 'wanted', advice: '', what: 'a dataset', taken: 'single files' },
  sae: { kind: saeFileKind, advice: SAE_PICKLE_ADVICE, what: 'an SAE', taken: '.safetensors, .json and .npz files' },
} as const satisfies Record<UploadPurpose, unknown>

/** @throws AppError `file_invalid` for pickles, files that are of no use, and names that differ only in case. */
export function requireFiles(purpose: UploadPurpose, files: readonly { readonly name: string }[]): void {
  const rules = RULES[purpose]
  if (purpose === 'dataset' && files.length !== 1)
    throw new AppError('file_invalid', 'A dataset is uploaded as one file. Send each file on its own.')
  const names = new Set<string>()
  for (const { name } of files) {
    const kind = rules.kind(name)
    if (kind === 'pickle') throw new AppError('file_invalid', `"${name}" is a pickle. ${rules.advice}`)
    if (kind === 'other')
      throw new AppError(
        'file_invalid',
        `"${name}" is no file of ${rules.what}. Leave it out (taken are ${rules.taken}).`,
      )
    if (names.has(name.toLowerCase()))
      throw new AppError('file_invalid', `"${name}" occurs twice (upper and lower case count as one).`)
    names.add(name.toLowerCase())
  }
}

/** @throws AppError `disk_full` when `bytes` and what other uploads have still to write do not fit into `free` bytes. */
export function requireRoom(bytes: number, outstanding: number, free: number): void {
  const room = free - outstanding - RESERVE_BYTES
  if (bytes <= room) return
  const gib = (value: number) => `${(Math.max(0, value) / 2 ** 30).toFixed(2)} GiB`
  const others = outstanding > 0 ? `, of which ${gib(outstanding)} are promised to unfinished uploads` : ''
  throw new AppError(
    'disk_full',
    `The upload needs ${gib(bytes)}; the disk of the data folder has ${gib(free)} free${others}. Free some space or remove an unfinished upload.`,
    { needed: bytes, free, outstanding },
  )
}

/** @throws AppError `conflict` with `received` when a piece is not the one that comes next. */
export function requireNext(
  file: UploadedFile,
  piece: { start: number; length: number; total: number },
  maxBytes: number,
): void {
  if (piece.total !== file.size)
    throw new AppError(
      'bad_request',
      `"${file.name}" was announced with ${file.size} bytes, not ${piece.total}. Start the upload anew.`,
    )
  if (piece.length > maxBytes)
    throw new AppError('payload_too_large', `A piece has at most ${maxBytes} bytes, this one ${piece.length}.`, {
      limit: maxBytes,
    })
  if (file.sha256 !== null || piece.start !== file.received)
    throw goOn(file, `"${file.name}" goes on at byte ${file.received}, not at ${piece.start}.`)
}

/** A refusal that tells where to go on. */
export const goOn = (file: UploadedFile, message: string): AppError =>
  new AppError('conflict', message, { received: file.received, complete: file.sha256 !== null })
