// A first walk over the bytes of an ONNX file that allocates nothing: counts and depths, so that a small hostile file cannot become a huge
// or endlessly deep object when it is decoded. Understands protobuf's framing and which fields hold messages; decodes no values.
import { OnnxError } from '../errors.js'

export interface ModelLimits {
  /** Bytes of the file; protobuf itself ends at 2 GiB. */
  readonly fileBytes: number
  /** Bytes of everything that is not a tensor's raw data: nodes, names, attributes. */
  readonly structureBytes: number
  /** Fields in all messages together. */
  readonly fields: number
  /** Nodes, tensors, attributes and declarations together: each becomes several objects. */
  readonly messages: number
  /** Graphs inside graphs (If, Loop, Scan). */
  readonly depth: number
}

export const DEFAULT_LIMITS: ModelLimits = {
  fileBytes: 2 ** 31,
  structureBytes: 2 ** 27,
  fields: 8_000_000,
  messages: 1_000_000,
  depth: 8,
}

type Message = 'model' | 'graph' | 'node' | 'attribute' | 'tensor' | 'other'

/** Fields that hold messages to walk into, by number (onnx.proto). */
const NESTED: Readonly<Record<Message, Readonly<Record<number, Message>>>> = {
  model: { 7: 'graph', 8: 'other', 14: 'other', 25: 'other' },
  graph: { 1: 'node', 5: 'tensor', 11: 'other', 12: 'other', 13: 'other', 14: 'other', 15: 'other' },
  node: { 5: 'attribute' },
  attribute: { 5: 'tensor', 6: 'graph', 10: 'tensor', 11: 'graph' },
  tensor: {},
  other: {},
}
const RAW_DATA = 9

class Walker {
  private position = 0
  private fields = 0
  private messages = 0
  private raw = 0

  constructor(
    private readonly bytes: Uint8Array,
    private readonly limits: ModelLimits,
  ) {}

  walk(): void {
    this.message('model', this.bytes.length, 0)
    if (this.bytes.length - this.raw > this.limits.structureBytes) {
      throw invalid(
        `${this.bytes.length - this.raw} bytes beside raw tensor data, at most ${this.limits.structureBytes} are read`,
      )
    }
  }

  private message(kind: Message, end: number, depth: number): void {
    if (depth > this.limits.depth) throw invalid(`graphs are nested deeper than ${this.limits.depth}`)
    if (++this.messages > this.limits.messages)
      throw invalid(`it holds more than ${this.limits.messages} nodes, tensors and attributes`)
    while (this.position < end) {
      const tag = this.varint()
      const field = Math.floor(tag / 8)
      if (++this.fields > this.limits.fields) throw invalid(`it has more than ${this.limits.fields} fields`)
      if (field === 0) throw invalid(`field number 0 at byte ${this.position}`)
      this.field(kind, field, tag % 8, end, depth)
    }
  }

  private field(kind: Message, field: number, wireType: number, end: number, depth: number): void {
    if (wireType === 0) {
      this.varint()
      return
    }
    const length = wireType === 2 ? this.varint() : wireType === 1 ? 8 : wireType === 5 ? 4 : -1
    if (length < 0) throw invalid(`wire type ${wireType} at byte ${this.position} is none that protobuf 3 writes`)
    const stop = this.position + length
    if (stop > end) throw invalid(`a field of ${length} bytes at byte ${this.position} passes the end of its message`)
    const nested = wireType === 2 ? NESTED[kind][field] : undefined
    if (kind === 'tensor' && field === RAW_DATA) this.raw += length
    if (nested) this.message(nested, stop, depth + (nested === 'graph' ? 1 : 0))
    this.position = stop
  }

  private varint(): number {
    let value = 0
    for (let i = 0; i < 10; i++) {
      const byte = this.bytes[this.position++]
      if (byte === undefined) throw invalid('it ends within a field')
      value += (byte & 0x7f) * 2 ** (7 * i)
      if (byte < 0x80) return value
    }
    throw invalid(`a number at byte ${this.position} has more than ten bytes`)
  }
}

const invalid = (what: string): OnnxError =>
  new OnnxError('model_invalid', `This is not an ONNX file that can be read: ${what}.`)

/** Refuses bytes that decoding could not hold. @throws OnnxError `model_invalid` naming the limit. */
export function checkWire(bytes: Uint8Array, limits: ModelLimits = DEFAULT_LIMITS): void {
  if (bytes.length > limits.fileBytes) throw invalid(`${bytes.length} bytes, at most ${limits.fileBytes} are read`)
  new Walker(bytes, limits).walk()
}
