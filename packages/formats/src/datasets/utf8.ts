// Strict UTF-8: bytes that are not UTF-8 are reported with their place, never replaced by a question mark.
import { isUtf8 } from 'node:buffer'
import { FormatError } from '../errors.js'

const WINDOWS_1252 = new TextDecoder('windows-1252')
const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Text of `bytes`, or the problem. `line` and `file` are for the message only. */
export function decodeStrict(bytes: Uint8Array, line: number, file: string): string | FormatError {
  if (isUtf8(bytes)) return DECODER.decode(bytes)
  const at = firstInvalid(bytes)
  const hex = bytes[at]?.toString(16).toUpperCase().padStart(2, '0')
  return new FormatError('dataset_not_utf8', `Byte 0x${hex} at byte ${at + 1} of the line is not UTF-8`, {
    file,
    line,
    hint: hintFor(bytes, at, line),
  })
}

/** What the bytes probably are: in Windows' Western encoding nearly every byte is a character, and accented letters stand among plain ones. */
function hintFor(bytes: Uint8Array, at: number, line: number): string {
  if (line === 1 && at === 0 && (bytes[0] === 0xff || bytes[0] === 0xfe))
    return 'The file looks like UTF-16; save it as UTF-8.'
  const shown = WINDOWS_1252.decode(bytes.subarray(Math.max(0, at - 10), at + 11))
    .replace(/\p{Cc}/gu, ' ')
    .trim()
  return `As Latin-1 or Windows-1252 it reads "${shown}"; if that is right, save the file as UTF-8 (iconv -f WINDOWS-1252 -t UTF-8). Or skip broken lines.`
}

/** Offset of the first byte that makes `bytes` invalid UTF-8: the longest valid prefix ends there. */
function firstInvalid(bytes: Uint8Array): number {
  let at = 0
  while (at < bytes.length) {
    const length = sequenceLength(bytes[at]!)
    if (length === 0 || at + length > bytes.length || !isUtf8(bytes.subarray(at, at + length))) return at
    at += length
  }
  return at
}

const sequenceLength = (lead: number): number =>
  lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0
