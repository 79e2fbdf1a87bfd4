import { describe, expect, it } from 'vitest'
import { initialState } from './initialise.js'
import { resampleDead } from './resample.js'
import { trainableSae } from './trainable.js'

const [D_IN, D_SAE, WINDOW] = [3, 6, 10]
/** Three orthogonal inputs around b_dec; only the second one has a loss. */
const B_DEC = [1, 2, 3]
const rows = [
  [5, 0, 0],
  [0, 4, 0],
  [0, 0, 3],
]
const x = Float32Array.from(rows.flatMap((row) => row.map((value, i) => value + B_DEC[i]!)))
const DEAD = [1, 4]

function problem(fields: Record<string, unknown>) {
  const sae = trainableSae({ d_in: D_IN, d_sae: D_SAE, ...fields })
  const state = initialState(sae, 9, { bDec: B_DEC })
  for (const part of [state.m, state.v]) for (const values of Object.values(part)) values.fill(0.5)
  for (const [name, values] of Object.entries(state.parameters))
    if (values.length === D_SAE) values.fill(name === 'threshold' ? 2 : 0.7)
  for (const j of DEAD) state.sinceFired[j] = WINDOW + 1
  return { sae, state }
}
const request = (losses: number[]) => ({ deadWindow: WINDOW, x, target: x, losses, seed: 4 })
const column = (matrix: Float32Array, j: number) => Array.from({ length: D_IN }, (_, i) => matrix[i * D_SAE + j]!)
const row = (matrix: Float32Array, j: number) => [...matrix.subarray(j * D_IN, (j + 1) * D_IN)]

describe.each(['topk', 'standard', 'gated', 'jumprelu'])('dead features of %s', (architecture) => {
  const fields = architecture === 'topk' ? { architecture, k: 2 } : { architecture }

  it('begin again at a badly reconstructed input, with moments of 0, and the living ones stay', () => {
    const { sae, state } = problem(fields)
    const before = structuredClone(state)
    expect(resampleDead(sae, state, request([0, 2, 0]))).toBe(2)
    const [wDec, wEnc] = [state.parameters['W_dec']!, state.parameters['W_enc']!]
    for (const j of DEAD) {
      // All rows began with norm 0.1, encoder and decoder alike.
      expect(row(wDec, j)).toEqual([0, expect.closeTo(0.1, 6), 0])
      expect(column(wEnc, j)).toEqual([0, expect.closeTo(0.02, 6), 0])
      expect([...row(state.m['W_dec']!, j), ...column(state.v['W_enc']!, j)]).toEqual([0, 0, 0, 0, 0, 0])
      expect(state.sinceFired[j]).toBe(0)
      for (const [name, values] of Object.entries(state.parameters)) {
        if (values.length !== D_SAE) continue
        expect(values[j], name).toBeCloseTo(name === 'threshold' ? 0.01 : 0, 7)
        expect([state.m[name]![j], state.v[name]![j]]).toEqual([0, 0])
      }
    }
    for (const j of [0, 2, 3, 5]) {
      expect(row(wDec, j)).toEqual(row(before.parameters['W_dec']!, j))
      expect(column(wEnc, j)).toEqual(column(before.parameters['W_enc']!, j))
      expect(column(state.m['W_enc']!, j)).toEqual([0.5, 0.5, 0.5])
    }
    expect(state.parameters['b_dec']).toEqual(before.parameters['b_dec'])
  })
})

it('draws inputs by the squares of their losses, the same ones for the same seed and step', () => {
  const big = 3000
  const sae = trainableSae({ architecture: 'topk', k: 1, d_in: D_IN, d_sae: big })
  const drawn = (seed: number) => {
    const state = initialState(sae, 1, { bDec: B_DEC })
    state.sinceFired.fill(WINDOW + 1)
    expect(resampleDead(sae, state, { ...request([1, 2, 3]), seed })).toBe(big)
    return Array.from({ length: big }, (_, j) =>
      state.parameters['W_dec']!.subarray(j * D_IN, (j + 1) * D_IN).findIndex((v) => v > 0),
    )
  }
  const first = drawn(7)
  const share = (token: number) => first.filter((at) => at === token).length / big
  for (const [token, wanted] of [1 / 14, 4 / 14, 9 / 14].entries())
    expect(Math.abs(share(token) - wanted)).toBeLessThan(0.04)
  expect(drawn(7)).toEqual(first)
  expect(drawn(8)).not.toEqual(first)
})

it('changes nothing when nothing is dead or every input is reconstructed', () => {
  const { sae, state } = problem({ architecture: 'standard' })
  const before = structuredClone(state)
  expect(resampleDead(sae, state, request([0, 0, 0]))).toBe(0)
  expect(resampleDead(sae, state, { ...request([1, 1, 1]), deadWindow: 99 })).toBe(0)
  expect(state).toEqual(before)
})

it('points a transcoder’s decoder at the target and its encoder at the input', () => {
  const sae = trainableSae({
    architecture: 'topk',
    k: 1,
    d_in: D_IN,
    d_out: 2,
    d_sae: D_SAE,
    apply_b_dec_to_input: false,
  })
  const state = initialState(sae, 2, { bDec: [1, 1] })
  state.sinceFired[3] = WINDOW + 1
  const target = Float32Array.of(1, 1, 1, 9, 1, 1)
  expect(resampleDead(sae, state, { ...request([0, 1, 0]), x: Float32Array.from(rows.flat()), target })).toBe(1)
  expect([...state.parameters['W_dec']!.subarray(6, 8)]).toEqual([0, expect.closeTo(0.1, 6)])
  expect(column(state.parameters['W_enc']!, 3)[1]).toBeGreaterThan(0)
})
