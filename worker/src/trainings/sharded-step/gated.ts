// Gated SAEs in a shard. Entries are the open gates g > 0; the product is g − b_gate. Reconstruction 0 is of the activations, 1 of the gates.
import type { ShardContext, Tokens } from './context.js'
import type { Pointwise } from './pointwise.js'

export class GatedActivations implements Pointwise {
  private weight = 0
  private readonly scales: Float64Array
  private readonly fired: Float64Array
  /** Sums over tokens, per feature. */
  private readonly sums: Record<'gate' | 'magnitude' | 'scale' | 'open', Float64Array>

  constructor(private readonly c: ShardContext) {
    const vector = () => new Float64Array(c.layout.features)
    this.scales = vector()
    this.fired = vector()
    this.sums = { gate: vector(), magnitude: vector(), scale: vector(), open: vector() }
  }

  begin(rows: number, coefficient: number): void {
    this.weight = coefficient / rows
    const { memory, layout } = this.c
    const rMag = memory.f32('r_mag', layout.features)
    for (let j = 0; j < rMag.length; j++) this.scales[j] = Math.exp(rMag[j]!)
    for (const sums of [this.fired, ...Object.values(this.sums)]) sums.fill(0)
  }

  lower(low: Float32Array): void {
    low.fill(0)
  }

  values(entries: number): readonly string[] {
    const { memory, layout } = this.c
    const [gate, index, acts] = [
      memory.f32('value', entries),
      memory.i32('index', entries),
      memory.f32('acts', entries),
    ]
    const [bGate, bMag] = [memory.f32('b_gate', layout.features), memory.f32('b_mag', layout.features)]
    for (let i = 0; i < entries; i++) {
      const j = index[i]!
      acts[i] = Math.max(0, (gate[i]! - bGate[j]!) * this.scales[j]! + bMag[j]!)
    }
    return ['acts', 'value']
  }

  tokenSums(): boolean {
    return false
  }

  denseTokenSums(): boolean {
    return false
  }

  totals(): void {}

  feature(j: number, first: number, count: number): void {
    const { memory, layout } = this.c
    const gate = memory.f32('sorted', count, first)
    const [d0, d1] = [memory.f32('product0', count), memory.f32('product1', count)]
    const [dPre, w0, w1] = [memory.f32('dPre', count), memory.f32('weight0', count), memory.f32('weight1', count)]
    const [bGate, bMag] = [memory.f32('b_gate', layout.features)[j]!, memory.f32('b_mag', layout.features)[j]!]
    const [norm, scale] = [memory.f32('norm', layout.features)[j]!, this.scales[j]!]
    let [dGateSum, dMagSum, dScaleSum, open, fired] = [0, 0, 0, 0, 0]
    for (let i = 0; i < count; i++) {
      const product = gate[i]! - bGate
      const act = Math.max(0, product * scale + bMag)
      const dMag = act > 0 ? d0[i]! : 0
      const dGate = d1[i]! + this.weight * norm
      dPre[i] = dMag * scale + dGate
      w0[i] = act
      w1[i] = gate[i]!
      if (act > 0) fired++
      open += gate[i]!
      dGateSum += dGate
      dMagSum += dMag
      dScaleSum += dMag * scale * product
    }
    this.fired[j] = fired
    this.sums.open[j] = open
    this.sums.gate[j] = dGateSum
    this.sums.magnitude[j] = dMagSum
    this.sums.scale[j] = dScaleSum
  }

  activate({ count }: Tokens): void {
    const { memory, layout } = this.c
    const { features } = layout
    const n = count * features
    const [gate, acts, open] = [memory.f32('pre', n), memory.f32('acts0', n), memory.f32('acts1', n)]
    const [bGate, bMag] = [memory.f32('b_gate', features), memory.f32('b_mag', features)]
    for (let t = 0; t < count; t++) {
      for (let j = 0; j < features; j++) {
        const at = t * features + j
        const g = gate[at]!
        open[at] = g > 0 ? g : 0
        acts[at] = g > 0 ? Math.max(0, (g - bGate[j]!) * this.scales[j]! + bMag[j]!) : 0
      }
    }
  }

  backward({ count }: Tokens): void {
    const { memory, layout } = this.c
    const { features } = layout
    const n = count * features
    const [acts, open] = [memory.f32('acts0', n), memory.f32('acts1', n)]
    const [d0, d1] = [memory.f32('dActs0', n), memory.f32('dActs1', n)]
    const [bGate, norm] = [memory.f32('b_gate', features), memory.f32('norm', features)]
    const { gate, magnitude, scale, open: opened } = this.sums
    for (let t = 0; t < count; t++) {
      for (let j = 0; j < features; j++) {
        const at = t * features + j
        if (open[at] === 0) {
          d0[at] = 0
          continue
        }
        let dProduct = d1[at]! + this.weight * norm[j]!
        gate[j]! += dProduct
        opened[j]! += open[at]!
        if (acts[at]! > 0) {
          const dScaled = d0[at]! * this.scales[j]!
          magnitude[j]! += d0[at]!
          scale[j]! += dScaled * (open[at]! - bGate[j]!)
          dProduct += dScaled
          this.fired[j]!++
        }
        d0[at] = dProduct
      }
    }
  }

  finish() {
    const { memory, exchange, layout } = this.c
    const { features } = layout
    const { gate, magnitude, scale, open } = this.sums
    memory.f32('b_gate.g', features).set(gate)
    memory.f32('b_mag.g', features).set(magnitude)
    memory.f32('r_mag.g', features).set(scale)
    const norm = memory.f32('norm', features)
    const dNorms = open.map((sum) => this.weight * sum)
    exchange.publish(
      'sparsity',
      dNorms.reduce((total, d, j) => total + d * norm[j]!, 0),
    )
    return { dNorms, fired: this.fired, inputSums: gate.map((sum, j) => sum + this.scales[j]! * magnitude[j]!) }
  }
}
