// cos and sin for runs of models whose rotary frequencies depend on the length of the sequence (LongRoPE, dynamic NTK).
import { float32, type Tensor } from '@mistudio/onnx'
import { rotaryInput } from '../layers/rotation.js'
import type { ModelPlan, RotaryPlan } from '../plan.js'
import { dependsOnLength, ropeRegime, rotaryTables } from './rotary-tables.js'

type Tables = { readonly cos: Float32Array; readonly sin: Float32Array; readonly positions: number }
/** Tables kept per rope; a dynamic rope has one per length. */
const KEPT = 4

export class RotaryFeeds {
  private readonly ropes: readonly RotaryPlan[]
  private readonly tables = new Map<string, Tables>()

  constructor(plan: ModelPlan) {
    const found = new Map<string, RotaryPlan>()
    for (const { attention } of plan.blocks) {
      if (attention.rotary && dependsOnLength(attention.rotary.rope)) {
        found.set(rotaryInput('cos', attention.rotary), attention.rotary)
      }
    }
    this.ropes = [...found.values()]
  }

  /** One number for the frequencies that all ropes use at a length. */
  regime(length: number): number {
    return this.ropes.reduce((code, { rope }) => code * 65_537 + ropeRegime(rope, length), 0)
  }

  /** Inputs for `seq` tokens per row that follow `starts[row]` earlier ones, in rows of `lengths[row]` tokens in all. */
  feeds(starts: Int32Array, seq: number, lengths: Int32Array): Record<string, Tensor> {
    const feeds: Record<string, Tensor> = {}
    for (const plan of this.ropes) {
      const half = plan.width / 2
      const shape = [starts.length, seq, half]
      const cos = new Float32Array(starts.length * seq * half)
      const sin = new Float32Array(cos.length)
      for (const [row, start] of starts.entries()) {
        const tables = this.table(plan, ropeRegime(plan.rope, lengths[row]!), start + seq)
        cos.set(tables.cos.subarray(start * half, (start + seq) * half), row * seq * half)
        sin.set(tables.sin.subarray(start * half, (start + seq) * half), row * seq * half)
      }
      feeds[rotaryInput('cos', plan)] = float32(cos, shape)
      feeds[rotaryInput('sin', plan)] = float32(sin, shape)
    }
    return feeds
  }

  private table(plan: RotaryPlan, regime: number, positions: number): Tables {
    const key = `${rotaryInput('cos', plan)}:${regime}`
    const known = this.tables.get(key)
    if (known && known.positions >= positions) return known
    const rows = Math.max(positions, 2 * (known?.positions ?? 32))
    const made = { ...rotaryTables(plan.rope, plan.width, rows, regime), positions: rows }
    this.tables.delete(key)
    this.tables.set(key, made)
    if (this.tables.size > KEPT * this.ropes.length) this.tables.delete(this.tables.keys().next().value!)
    return made
  }
}
