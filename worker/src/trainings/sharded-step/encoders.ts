// The dense part of a step: pre-activations and the shard's own top k, in ONNX Runtime on one thread, chunk by chunk.
import { trainingEncoderGraph } from '@mistudio/interp'
import { float32, int64, type Runtime, type Session, type Tensor } from '@mistudio/onnx'
import type { ShardLayout } from './layout.js'
import type { ShardMemory, SlotName } from './memory.js'

/** Pre-activations of a chunk, in floats: about what a core's second-level cache holds. */
const CHUNK_FLOATS = 2 ** 18
const MIN_CHUNK = 128
const MAX_CHUNK = 512

const chunkSize = (features: number): number =>
  Math.max(MIN_CHUNK, Math.min(MAX_CHUNK, Math.floor(CHUNK_FLOATS / features)))

/** Tokens [0, rows) of `h` in chunks. */
function* chunks(rows: number, size: number): Generator<{ first: number; count: number }> {
  for (let first = 0; first < rows; first += size) yield { first, count: Math.min(size, rows - first) }
}

function int32Data(value: Tensor | undefined): Int32Array {
  if (value?.data instanceof Int32Array) return value.data
  throw new Error('The encoder graph returned no int32 indices.')
}

/** Where a selection goes: descending values and local feature indices, [rows, stride]. */
interface Selection {
  readonly values: Float32Array
  readonly index: Int32Array
  readonly stride: number
}

export class ShardEncoders {
  private constructor(
    private readonly layout: ShardLayout,
    private readonly memory: ShardMemory,
    private readonly main: Session,
    private readonly aux: Session | null,
  ) {}

  static async open(layout: ShardLayout, memory: ShardMemory, runtime: Runtime): Promise<ShardEncoders> {
    const { config, features, width, auxK } = layout
    const shape = { width, rescale: config.rescaleByDecoderNorm }
    const main = await runtime.createSession(trainingEncoderGraph({ ...shape, k: Math.min(config.k, features) }))
    const aux = auxK > 0 ? await runtime.createSession(trainingEncoderGraph({ ...shape, k: null })) : null
    return new ShardEncoders(layout, memory, main, aux)
  }

  /** Own top k of every token. Returns how many candidates each token has. */
  async select(rows: number): Promise<number> {
    const { features, config } = this.layout
    const weights = this.weights('wEnc', 'bEnc', 'norm', features)
    const into = {
      values: this.memory.f32('values', rows * config.k),
      index: this.memory.i32('index', rows * config.k),
      stride: config.k,
    }
    await this.run(this.main, weights, rows, features, Math.min(config.k, features), into)
    return Math.min(config.k, features)
  }

  /** Own top k of every token among the `dead` features listed in `deadIds`. Returns how many candidates each token has. */
  async selectDead(rows: number, dead: number): Promise<number> {
    const { auxK } = this.layout
    const { memory } = this
    if (!this.aux || dead === 0) return 0
    const ids = memory.i32('deadIds', dead)
    memory.kernels.gatherRows(memory.at.deadRows, memory.at.wEnc, memory.at.deadIds, dead, this.layout.width)
    const [bias, norm] = [memory.f32('deadBias', dead), memory.f32('deadNorm', dead)]
    const [allBias, allNorm] = [memory.f32('bEnc', this.layout.features), memory.f32('norm', this.layout.features)]
    ids.forEach((id, i) => {
      bias[i] = allBias[id]!
      norm[i] = allNorm[id]!
    })
    const count = Math.min(auxK, dead)
    const into = {
      values: memory.f32('auxValues', rows * auxK),
      index: memory.i32('auxIndex', rows * auxK),
      stride: auxK,
    }
    const weights = { ...this.weights('deadRows', 'deadBias', 'deadNorm', dead), k: int64([count]) }
    await this.run(this.aux, weights, rows, dead, count, into)
    for (let i = 0; i < into.index.length; i++) into.index[i] = ids[into.index[i]!] ?? 0
    return count
  }

  async release(): Promise<void> {
    await this.main.release()
    await this.aux?.release()
  }

  private weights(w: SlotName, b: SlotName, scale: SlotName, features: number): Record<string, Tensor> {
    const { width, config } = this.layout
    return {
      w: float32(this.memory.f32(w, features * width), [features, width]),
      b: float32(this.memory.f32(b, features)),
      ...(config.rescaleByDecoderNorm ? { scale: float32(this.memory.f32(scale, features)) } : {}),
    }
  }

  private async run(
    session: Session,
    weights: Record<string, Tensor>,
    rows: number,
    features: number,
    count: number,
    into: Selection,
  ): Promise<void> {
    const { width, config } = this.layout
    const h: SlotName = config.applyBDecToInput ? 'h' : 'x'
    for (const chunk of chunks(rows, chunkSize(features))) {
      const part = float32(this.memory.f32(h, chunk.count * width, chunk.first * width), [chunk.count, width])
      const out = await session.run({ ...weights, h: part })
      const values = out['values']?.data as Float32Array
      const index = int32Data(out['index'])
      if (count === into.stride) {
        into.values.set(values, chunk.first * count)
        into.index.set(index, chunk.first * count)
        continue
      }
      for (let t = 0; t < chunk.count; t++) {
        const row = (chunk.first + t) * into.stride
        into.values.set(values.subarray(t * count, (t + 1) * count), row)
        into.index.set(index.subarray(t * count, (t + 1) * count), row)
      }
    }
  }
}
