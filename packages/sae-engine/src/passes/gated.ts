// Gated SAEs in a shard. Entries are the open gates g > 0; the product is g − b_gate. Reconstruction 0 is of the activations, 1 of the gates.

import type { ShardContext, Tokens } from '../shard/context.js'
import { addSums } from './chunk-sums.js'
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
    memory.f32('scale', layout.features).set(this.scales)
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

  fill(start: Int32Array): void {
    const { memory, layout } = this.c
    const { features } = layout
    const list = (name: string) => memory.f32(name, start[features]!)
    const [gate, d0, d1, dPre, w0, w1] = [
      ...([
        list('sorted'),
        list('product0'),
        list('product1'),
        list('dPre'),
        list('weight0'),
        list('weight1'),
      ] as const),
    ]
    const [bGates, bMags, norms] = [
      ...([memory.f32('b_gate', features), memory.f32('b_mag', features), memory.f32('norm', features)] as const),
    ]
    w1.set(gate)
    for (let j = 0; j < features; j++) {
      const [bGate, bMag, norm, scale] = [bGates[j]!, bMags[j]!, norms[j]!, this.scales[j]!]
      let [dGateSum, dMagSum, dScaleSum, open, fired] = [0, 0, 0, 0, 0]
      for (let i = start[j]!; i < start[j + 1]!; i++) {
        const product = gate[i]! - bGate
        const act = Math.max(0, product * scale + bMag)
        const dMag = act > 0 ? d0[i]! : 0
        const dGate = d1[i]! + this.weight * norm
        dPre[i] = dMag * scale + dGate
        w0[i] = act
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
  }

  activate({ count }: Tokens): void {
    const { memory, layout } = this.c
    const [acts, open, gate] = [memory.at('acts0'), memory.at('acts1'), memory.at('pre')]
    const [bGate, scale, bMag] = [memory.at('b_gate'), memory.at('scale'), memory.at('b_mag')]
    memory.kernels.gateInto(acts, open, gate, bGate, scale, bMag, count, layout.features)
  }

  backward({ count }: Tokens): void {
    const { memory, layout } = this.c
    const { features } = layout
    const [add, norm] = [memory.f32('add', features), memory.f32('norm', features)]
    for (let j = 0; j < features; j++) add[j] = this.weight * norm[j]!
    const { gate, open, magnitude, scale } = this.sums
    addSums(this.c, [gate, open, magnitude, scale, this.fired], (sums) => {
      memory.kernels.gateBackward(
        ...([memory.at('acts0'), memory.at('acts1'), memory.at('dActs0'), memory.at('dActs1')] as const),
        ...([memory.at('add'), memory.at('b_gate'), memory.at('scale'), count, features] as const),
        ...(sums as [number, number, number, number, number]),
      )
    })
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
