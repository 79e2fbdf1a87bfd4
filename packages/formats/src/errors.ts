// The one error of this package. A file that cannot be trusted is refused with what, where and what to do next.

/** Every way a file can be refused. */
export type FormatErrorCode =
  | 'file_not_found'
  | 'file_not_regular'
  | 'file_changed'
  | 'file_is_pointer'
  | 'file_too_large'
  | 'file_unreadable'
  | 'file_incomplete'
  | 'file_corrupt'
  | 'file_damaged'
  | 'disk_full'
  | 'path_outside_root'
  | 'pickle_refused'
  | 'json_invalid'
  | 'json_duplicate_key'
  | 'manifest_missing'
  | 'manifest_invalid'
  | 'safetensors_header_truncated'
  | 'safetensors_header_too_large'
  | 'safetensors_header_invalid'
  | 'safetensors_duplicate_key'
  | 'safetensors_dtype_unknown'
  | 'safetensors_dtype_unsupported'
  | 'safetensors_shape_mismatch'
  | 'safetensors_ranges_invalid'
  | 'safetensors_file_truncated'
  | 'safetensors_tensor_missing'
  | 'safetensors_index_invalid'
  | 'weights_missing'
  | 'npy_invalid'
  | 'npy_dtype_unsupported'
  | 'npz_invalid'
  | 'npz_too_large'
  | 'archive_too_large'
  | 'saelens_cfg_invalid'
  | 'saelens_weights_invalid'
  | 'sae_layout_unknown'
  | 'sae_layout_invalid'
  | 'sae_layout_unsupported'
  | 'dataset_empty'
  | 'dataset_format_unknown'
  | 'dataset_not_utf8'
  | 'dataset_line_too_long'
  | 'dataset_record_invalid'
  | 'dataset_column_missing'
  | 'dataset_text_invalid'
  | 'dataset_gzip_invalid'
  | 'dataset_records_ambiguous'
  | 'dataset_records_missing'
  | 'dataset_too_wide'
  | 'parquet_invalid'
  | 'parquet_row_group_too_large'
  | 'store_invalid'
  | 'tokens_invalid'

export interface FormatErrorPlace {
  /** File or folder, as the caller named it. */
  readonly file?: string
  /** Line, key, tensor or byte where the problem is. */
  readonly where?: string
  /** 1-based line (or record) number in a text file. */
  readonly line?: number
  /** What the user can do about it. */
  readonly hint?: string
  /** Values of an option among which the user has to choose. */
  readonly choices?: readonly string[]
  readonly cause?: unknown
}

/** Characters of one part of a message. Names and keys come from the file, and a file can name things with megabytes. */
const MAX_PART = 500

const shorten = (text: string): string => (text.length <= MAX_PART ? text : `${text.slice(0, MAX_PART)}…`)

/** A file was refused. `message` reads: what (file, where). hint; each part is cut at 500 characters. */
export class FormatError extends Error {
  readonly file: string | undefined
  readonly where: string | undefined
  readonly line: number | undefined
  readonly hint: string | undefined
  readonly choices: readonly string[] | undefined

  readonly what: string

  constructor(
    readonly code: FormatErrorCode,
    fullWhat: string,
    place: FormatErrorPlace = {},
  ) {
    const what = shorten(fullWhat)
    const where = place.where === undefined ? undefined : shorten(place.where)
    const hint = place.hint === undefined ? undefined : shorten(place.hint)
    const spot = [place.file, place.line === undefined ? undefined : `line ${place.line}`, where]
    const inside = spot.filter((part) => part !== undefined).join(', ')
    super(`${what}${inside ? ` (${inside})` : ''}.${hint ? ` ${hint}` : ''}`, { cause: place.cause })
    this.name = 'FormatError'
    this.what = what
    this.file = place.file
    this.where = where
    this.line = place.line
    this.hint = hint
    this.choices = place.choices
  }
}

/** `code` of a Node system error (`ENOENT` ...), or undefined. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** Rethrows a system error as a `FormatError` where we know what it means; anything else unchanged. */
export function translateSystemError(error: unknown, file: string): never {
  const code = systemCode(error)
  if (code === 'ENOSPC' || code === 'EDQUOT')
    throw new FormatError('disk_full', 'The disk is full', {
      file,
      hint: 'Free some space on that disk and run it again.',
      cause: error,
    })
  if (code === 'ENOENT')
    throw new FormatError('file_not_found', 'There is no such file', { file, hint: 'Check the path.', cause: error })
  if (code === 'ELOOP')
    throw new FormatError('file_not_found', 'Its links lead round in a circle, to no file', {
      file,
      hint: 'Put the file itself there.',
      cause: error,
    })
  if (code === 'ENOTDIR' || code === 'ENAMETOOLONG')
    throw new FormatError('file_not_found', 'There can be no such file', {
      file,
      hint: 'Check the path.',
      cause: error,
    })
  if (code === 'EACCES' || code === 'EPERM')
    throw new FormatError('file_unreadable', 'The server has no right to open this', {
      file,
      hint: 'Change its permissions.',
      cause: error,
    })
  if (code === 'EIO')
    throw new FormatError('file_unreadable', 'The disk cannot read this', {
      file,
      hint: 'Check the disk and restore the file from a copy.',
      cause: error,
    })
  if (code === 'EISDIR')
    throw new FormatError('file_not_regular', 'This is a folder, not a file', { file, cause: error })
  throw error
}
