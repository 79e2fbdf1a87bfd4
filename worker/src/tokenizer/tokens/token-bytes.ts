// What bytes of text a token stands for. Two families are known: byte-level BPE (GPT-2's table of printable stand-ins for bytes) and
// SentencePiece-like vocabularies (`▁` for a space, `<0xNN>` for a byte).
import { AppError } from '@mistudio/contracts'

export type TokenizerKind = 'byte-level BPE' | 'SentencePiece BPE' | 'SentencePiece Unigram'

/** The parts of tokenizer.json that decide how tokens read. */
export interface TokenizerShape {
  readonly decoder: unknown
  readonly preTokenizer: unknown
  readonly normalizer: unknown
  readonly modelType: string
}

/** Byte of each stand-in character (GPT-2, `bytes_to_unicode`): printable Latin-1 stands for itself, the rest follows from U+0100 on. */
const BYTE_OF_STAND_IN: ReadonlyMap<string, number> = (() => {
  const table = new Map<string, number>()
  const printable = (byte: number): boolean =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff)
  let next = 0x100
  for (let byte = 0; byte < 256; byte++) table.set(String.fromCharCode(printable(byte) ? byte : next++), byte)
  return table
})()

const STAND_INS: readonly string[] = (() => {
  const table: string[] = []
  for (const [standIn, byte] of BYTE_OF_STAND_IN) table[byte] = standIn
  return table
})()

const ENCODER = new TextEncoder()

/** The bytes of a text as GPT-2's stand-in characters, as a byte-level model reads them. */
export function standIns(text: string): string {
  let written = ''
  for (const byte of ENCODER.encode(text)) written += STAND_INS[byte]!
  return written
}

const BYTE_TOKEN = /^<0x([0-9A-Fa-f]{2})>$/

/** Types named anywhere in a component of tokenizer.json (`Sequence` holds others). */
function componentTypes(component: unknown): { type: string; component: Record<string, unknown> }[] {
  if (Array.isArray(component)) return component.flatMap(componentTypes)
  if (typeof component !== 'object' || component === null) return []
  const fields = component as Record<string, unknown>
  const own = typeof fields['type'] === 'string' ? [{ type: fields['type'], component: fields }] : []
  return [...own, ...['decoders', 'pretokenizers', 'normalizers'].flatMap((key) => componentTypes(fields[key]))]
}

/** Family of a tokenizer. @throws AppError `tokenizer_invalid` for families that are not supported. */
export function kindOf(shape: TokenizerShape, file: string): TokenizerKind {
  const decoders = componentTypes(shape.decoder)
  const has = (type: string): boolean => decoders.some((decoder) => decoder.type === type)
  if (has('ByteLevel') && shape.modelType === 'BPE') return 'byte-level BPE'
  const writesMeta = JSON.stringify([shape.preTokenizer, shape.normalizer]).includes('▁')
  if (has('Metaspace') || has('ByteFallback') || (writesMeta && has('Replace')))
    return shape.modelType === 'Unigram' ? 'SentencePiece Unigram' : 'SentencePiece BPE'
  const names = decoders.map((decoder) => decoder.type).join(', ') || 'none'
  throw new AppError(
    'tokenizer_invalid',
    `This tokenizer (model ${shape.modelType}, decoder ${names}) is not supported: ${file}. Supported are byte-level BPE and SentencePiece tokenizers.`,
  )
}

/** True when decoding removes one space at the start of a text (SentencePiece adds it when encoding). */
export function stripsFirstSpace(shape: TokenizerShape): boolean {
  return componentTypes(shape.decoder).some(
    ({ type, component }) =>
      (type === 'Strip' && component['content'] === ' ' && component['start'] === 1) ||
      (type === 'Metaspace' && component['prepend_scheme'] !== 'never' && component['add_prefix_space'] !== false),
  )
}

/** Bytes of a token of the model's own vocabulary. Added tokens are literal text and do not come here. */
export function bytesOfToken(token: string, kind: TokenizerKind): Uint8Array {
  if (kind === 'byte-level BPE') {
    const bytes: number[] = []
    for (const char of token) {
      const byte = BYTE_OF_STAND_IN.get(char)
      if (byte === undefined) bytes.push(...ENCODER.encode(char))
      else bytes.push(byte)
    }
    return Uint8Array.from(bytes)
  }
  const single = BYTE_TOKEN.exec(token)
  return single ? Uint8Array.of(Number.parseInt(single[1]!, 16)) : ENCODER.encode(token.replaceAll('▁', ' '))
}
