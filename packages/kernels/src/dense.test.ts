// The kernels over whole chunks of activations against the plain reference, also where features do not fill the last vector.
import { describe, expect, it } from 'vitest'
import { allocate, floats } from './arena.js'
import { loadKernels } from './kernels.js'
import * as reference from './reference.js'

const ROWS = 19
let seed = 7
const random = () => {
  seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff
  return seed / 0x7fffffff - 0.5
}
const distance = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce(
    (worst, value, i) => Math.max(worst, Math.abs(value - b[i]!)),
    a.length === b.length ? 0 : Infinity,
  )

const CHUNKS = ['a', 'b', 'c', 'd'] as const
const VECTORS = ['v0', 'v1', 'v2', 's0', 's1', 's2', 's3', 's4'] as const

function open(features: number) {
  const names = [...CHUNKS, ...VECTORS] as const
  const size = (name: string) => (CHUNKS.some((chunk) => chunk === name) ? ROWS * features : Math.max(ROWS, features))
  const { memory, at } = allocate(Object.fromEntries(names.map((name) => [name, floats(size(name))])))
  const view = (name: string) => new Float32Array(memory.buffer, at[name]!, size(name))
  for (const name of names) if (!name.startsWith('s')) view(name).set(view(name).map(random))
  const place = (name: string) => at[name]!
  return {
    kernels: loadKernels(memory),
    place,
    view: (name: string, count = size(name)) => view(name).subarray(0, count),
  }
}

describe.each([16, 11])('kernels over chunks of %i features', (features) => {
  const close = (found: ArrayLike<number>, wanted: ArrayLike<number>) =>
    expect(distance(found, wanted)).toBeLessThan(5e-6)

  it('relu', () => {
    const { kernels, place, view } = open(features)
    const pre = view('a').slice()
    kernels.reluInto(place('b'), place('a'), ROWS * features)
    expect([...view('b')]).toEqual([...pre.map((value) => Math.max(0, value))])
    const wanted = reference.reluBackward(view('b'), view('c').slice(), view('v0', features))
    kernels.reluBackward(place('b'), place('c'), place('v0'), ROWS, features, place('s0'), place('s1'), place('s2'))
    close(view('c'), wanted.out)
    close(view('s0', features), wanted.sums.d)
    close(view('s1', features), wanted.sums.acts)
    expect([...view('s2', features)]).toEqual([...wanted.sums.fired])
  })

  it('gates', () => {
    const { kernels, place, view } = open(features)
    const [bGate, scale, bMag] = [view('v0', features), view('v1', features), view('v2', features)]
    scale.set(scale.map((value) => 1 + value))
    const wanted = reference.gate(view('a'), bGate, scale, bMag)
    kernels.gateInto(place('b'), place('c'), place('a'), place('v0'), place('v1'), place('v2'), ROWS, features)
    close(view('b'), wanted.acts)
    close(view('c'), wanted.open)
    const back = reference.gateBackward(view('b'), view('c'), view('d').slice(), view('a'), bMag, bGate, scale)
    kernels.gateBackward(
      ...([place('b'), place('c'), place('d'), place('a'), place('v2'), place('v0'), place('v1')] as const),
      ...([ROWS, features, place('s0'), place('s1'), place('s2'), place('s3'), place('s4')] as const),
    )
    close(view('d'), back.out)
    for (const [slot, name] of [
      ['s0', 'gate'],
      ['s1', 'open'],
      ['s2', 'magnitude'],
      ['s3', 'scale'],
      ['s4', 'fired'],
    ] as const) {
      close(view(slot, features), back.sums[name])
    }
  })

  it.each([0, 1])('jumprelu, estimators of the input %i', (toInput) => {
    const { kernels, place, view } = open(features)
    const [theta, dOpen] = [view('v0', features), view('v1', ROWS)]
    theta.set(theta.map(Math.abs))
    const pre = view('a')
    kernels.jumpInto(place('b'), place('a'), place('v0'), ROWS, features, place('s3'))
    expect([...view('b')]).toEqual([...pre.map((value, at) => (value > theta[at % features]! ? value : 0))])
    const counts = new Int32Array(view('s3').buffer, place('s3'), ROWS)
    for (let t = 0; t < ROWS; t++) {
      const row = [...pre.subarray(t * features, (t + 1) * features)]
      expect(counts[t]).toBe(row.filter((value, j) => value > theta[j]!).length)
    }
    const wanted = reference.jumpBackward(pre, view('c').slice(), theta, dOpen, 0.4, toInput === 1)
    kernels.jumpBackward(
      ...([place('a'), place('c'), place('v0'), place('v1'), 0.4, toInput, ROWS, features] as const),
      ...([place('s0'), place('s1'), place('s2')] as const),
    )
    close(view('c'), wanted.out)
    close(view('s0', features), wanted.sums.d)
    close(view('s1', features), wanted.sums.theta)
    expect([...view('s2', features)]).toEqual([...wanted.sums.fired])
  })

  it.each([0, 1])('what is ranked, magnitudes %i', (magnitudes) => {
    const { kernels, place, view } = open(features)
    const [pre, scale] = [view('a'), view('v0', features)]
    const rank = (value: number) => (magnitudes ? Math.abs(value) : value)
    kernels.rankInto(place('b'), place('a'), place('v0'), ROWS, features, magnitudes)
    expect([...view('b')]).toEqual([...pre.map((value, at) => rank(value * scale[at % features]!))])
    kernels.rankInto(place('b'), place('a'), 0, ROWS, features, magnitudes)
    expect([...view('b')]).toEqual([...pre.map(rank)])
  })

  it('keeps gradients where there is a code', () => {
    const { kernels, place, view } = open(features)
    const code = view('a')
    code.set(code.map((value) => (value > 0 ? 0 : value)))
    const before = view('b').slice()
    kernels.keepWhere(place('b'), place('a'), ROWS * features)
    expect([...view('b')]).toEqual([...before.map((value, at) => (code[at] === 0 ? 0 : value))])
  })
})
