// The dense part of a step: pre-activations in ONNX Runtime on one thread, chunk by chunk, and the shard's own top k of each chunk.
import { trainingEncoderGraph } from '@mistudio/interp'
import { float32, float32Data, type Runtime, type Session, type Tensor } from '@mistudio/onnx'
import { chunkSize, type ShardLayout } from './layout.js'
import type { ShardMemory, SlotName } from './memory.js'

/** Features to select from, and where the selection goes: values and index are [rows, stride]. */
interface Selection {
  readonly weights: SlotName
  readonly bias: SlotName
  readonly scale: SlotName
  readonly features: number
  readonly k: number
  readonly stride: number
  readonly values: SlotName
  readonly index: SlotName
}

export class ShardEncoders {
  private constructor(
    private readonly layout: ShardLayout,
    private readonly memory: ShardMemory,
    private readonly session: Session,
  ) {}

  static async open(layout: ShardLayout, memory: ShardMemory, runtime: Runtime): Promise<ShardEncoders> {
    return new ShardEncoders(layout, memory, await runtime.createSession(trainingEncoderGraph(layout.width)))
  }

  /** Own top k of every token into `values` and `index`. Returns how many candidates each token has. */
  async select(rows: number): Promise<number> {
    const { features, config } = this.layout
    const k = Math.min(config.k, features)
    await this.run(rows, {
      ...{
        weights: 'wEnc',
        bias: 'bEnc',
        scale: 'norm',
        features,
        k,
        stride: config.k,
        values: 'values',
        index: 'index',
      },
    })
    return k
  }

  /** The same among the `dead` features listed in `deadIds`, into `auxValues` and `auxIndex`. */
  async selectDead(rows: number, dead: number): Promise<number> {
    const { auxK, features, width } = this.layout
    const { memory } = this
    if (dead === 0) return 0
    const ids = memory.i32('deadIds', dead)
    memory.kernels.gatherRows(memory.at.deadRows, memory.at.wEnc, memory.at.deadIds, dead, width)
    const [bias, norm] = [memory.f32('deadBias', dead), memory.f32('deadNorm', dead)]
    const [allBias, allNorm] = [memory.f32('bEnc', features), memory.f32('norm', features)]
    ids.forEach((id, i) => {
      bias[i] = allBias[id]!
      norm[i] = allNorm[id]!
    })
    const k = Math.min(auxK, dead)
    await this.run(rows, {
      ...{ weights: 'deadRows', bias: 'deadBias', scale: 'deadNorm', features: dead, k, stride: auxK },
      ...{ values: 'auxValues', index: 'auxIndex' },
    })
    const index = memory.i32('auxIndex', rows * auxK)
    for (let t = 0; t < rows; t++) for (let i = t * auxK; i < t * auxK + k; i++) index[i] = ids[index[i]!]!
    return k
  }

  release(): Promise<void> {
    return this.session.release()
  }

  private async run(rows: number, selection: Selection): Promise<void> {
    const { width, config } = this.layout
    const { features, k, stride } = selection
    const { kernels, at } = this.memory
    const weights: Record<string, Tensor> = {
      w: float32(this.memory.f32(selection.weights, features * width), [features, width]),
      b: float32(this.memory.f32(selection.bias, features)),
    }
    const h: SlotName = config.applyBDecToInput ? 'h' : 'x'
    const scale = config.rescaleByDecoderNorm ? at[selection.scale] : 0
    const size = chunkSize(features)
    for (let first = 0; first < rows; first += size) {
      const count = Math.min(size, rows - first)
      const part = float32(this.memory.f32(h, count * width, first * width), [count, width])
      const { pre } = await this.session.run({ ...weights, h: part })
      this.memory.f32('pre', count * features).set(float32Data(pre, 'pre'))
      const to = first * stride * 4
      const [values, index] = [at[selection.values] + to, at[selection.index] + to]
      kernels.selectTop(at.pre, scale, count, features, k, stride, values, index, at.room)
    }
  }
}
