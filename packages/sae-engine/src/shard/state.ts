// A shard's slice of a training state: between padded kernel memory and plain arrays in SAELens's orientation.
import type { TrainStepState } from '@mistudio/interp/saes'
import { joinFloats, SaeError } from '@mistudio/interp/step'
import type { ShardLayout } from '../layout/layout.js'
import { type Parameter, parametersOf } from '../plan/parameters.js'
import type { ShardMemory } from './memory.js'
import type { Shard } from './shard.js'

/** Parts of a state that have one array per parameter, and the ending of their slots. */
const PARTS = { parameters: '', m: '.m', v: '.v' } as const
type Part = keyof typeof PARTS
const PART_NAMES = Object.keys(PARTS) as Part[]

/** What a shard owns: rows of its features (W_enc too: [features, d_in]), its numbers per feature, and b_dec. */
export interface ShardSlice {
  readonly step: number
  readonly arrays: Readonly<Record<Part, Readonly<Record<string, Float32Array>>>>
  readonly sinceFired: Float64Array
  readonly firedTokens: Float64Array
}

/** Floats per row in the slot of a parameter and in plain arrays, and rows. */
function shapeOf({ kind }: Parameter, { plan, features, wIn, wOut }: ShardLayout) {
  if (kind === 'encoder') return { rows: features, padded: wIn, width: plan.dIn }
  if (kind === 'decoder') return { rows: features, padded: wOut, width: plan.dOut }
  return { rows: 1, padded: 0, width: kind === 'feature' ? features : plan.dOut }
}

/** [rows, width] out of padded rows of a slot. */
function unpadded(memory: ShardMemory, slot: string, rows: number, padded: number, width: number): Float32Array {
  if (rows === 1 || padded === width) return memory.f32(slot, rows * width).slice()
  const out = new Float32Array(rows * width)
  for (let j = 0; j < rows; j++) out.set(memory.f32(slot, width, j * padded), j * width)
  return out
}

/** Copies of everything the shard owns; `ending` of the slots: '' parameters, '.g' gradients. */
export function readArrays(memory: ShardMemory, layout: ShardLayout, ending: string): Record<string, Float32Array> {
  return Object.fromEntries(
    parametersOf(layout.plan).map((parameter) => {
      const { rows, padded, width } = shapeOf(parameter, layout)
      return [parameter.name, unpadded(memory, `${parameter.name}${ending}`, rows, padded, width)]
    }),
  )
}

export function readSlice(memory: ShardMemory, layout: ShardLayout, shard: Shard): ShardSlice {
  const part = (name: Part) => readArrays(memory, layout, PARTS[name])
  return {
    step: shard.t,
    arrays: { parameters: part('parameters'), m: part('m'), v: part('v') },
    sinceFired: shard.sinceFired.slice(),
    firedTokens: shard.firedTokens.slice(),
  }
}

export function writeSlice(memory: ShardMemory, layout: ShardLayout, shard: Shard, slice: ShardSlice): void {
  for (const parameter of parametersOf(layout.plan)) {
    const { rows, padded, width } = shapeOf(parameter, layout)
    for (const part of PART_NAMES) {
      const from = slice.arrays[part][parameter.name]!
      for (let j = 0; j < rows; j++) {
        memory.f32(`${parameter.name}${PARTS[part]}`, width, j * padded).set(from.subarray(j * width, (j + 1) * width))
      }
    }
  }
  shard.t = slice.step
  shard.sinceFired.set(slice.sinceFired)
  shard.firedTokens.set(slice.firedTokens)
}

/** The part of a whole state that belongs to one shard. @throws SaeError `training_invalid` for a state of another architecture. */
export function sliceState(state: TrainStepState, layout: ShardLayout): ShardSlice {
  const { plan, first, features } = layout
  const slice = ({ name, kind }: Parameter, part: Part): Float32Array => {
    const array = state[part][name]
    if (!array) {
      throw new SaeError(
        'training_invalid',
        `The state of the training has no ${name}. It belongs to another architecture.`,
      )
    }
    if (kind === 'output') return array.slice()
    if (kind === 'encoder') return columns(array, plan.dIn, plan.dSae, first, features)
    const row = kind === 'decoder' ? plan.dOut : 1
    return array.slice(first * row, (first + features) * row)
  }
  const part = (name: Part) =>
    Object.fromEntries(parametersOf(plan).map((parameter) => [parameter.name, slice(parameter, name)]))
  return {
    step: state.step,
    arrays: { parameters: part('parameters'), m: part('m'), v: part('v') },
    sinceFired: state.sinceFired.slice(first, first + features),
    firedTokens: state.firedTokens.slice(first, first + features),
  }
}

/** Joins the slices of all shards, in order. */
export function joinSlices(
  slices: readonly ShardSlice[],
  layouts: readonly ShardLayout[],
  topkThreshold: number,
): TrainStepState {
  const part = (name: Part) =>
    joinParameters(
      slices.map(({ arrays }) => arrays[name]),
      layouts,
    )
  const join = (name: 'sinceFired' | 'firedTokens') => Float64Array.from(slices.flatMap((slice) => [...slice[name]]))
  return {
    step: slices[0]!.step,
    topkThreshold,
    parameters: part('parameters'),
    m: part('m'),
    v: part('v'),
    sinceFired: join('sinceFired'),
    firedTokens: join('firedTokens'),
  }
}

/** Arrays per parameter of all shards, to whole ones in SAELens's orientation. */
export function joinParameters(
  slices: readonly Readonly<Record<string, Float32Array>>[],
  layouts: readonly ShardLayout[],
): Record<string, Float32Array> {
  const { plan } = layouts[0]!
  return Object.fromEntries(
    parametersOf(plan).map(({ name, kind }) => {
      const parts = slices.map((slice) => slice[name]!)
      if (kind === 'output') return [name, parts[0]!]
      if (kind !== 'encoder') return [name, joinFloats(parts)]
      const whole = new Float32Array(plan.dIn * plan.dSae)
      for (const [s, rows] of parts.entries()) putColumns(whole, rows, plan.dIn, plan.dSae, layouts[s]!.first)
      return [name, whole]
    }),
  )
}

/** Side of the squares in which matrices are transposed, so that both sides stay in cache. */
const BLOCK = 32

/** Columns first … first + count of a matrix [rows, width], as rows: [count, rows]. */
function columns(matrix: Float32Array, rows: number, width: number, first: number, count: number): Float32Array {
  const out = new Float32Array(count * rows)
  eachSquare(rows, count, (i, j) => {
    out[j * rows + i] = matrix[i * width + first + j]!
  })
  return out
}

/** The opposite: rows [count, height] into the columns of `matrix` [height, width] from `first` on. */
function putColumns(matrix: Float32Array, from: Float32Array, height: number, width: number, first: number): void {
  eachSquare(height, from.length / height, (i, j) => {
    matrix[i * width + first + j] = from[j * height + i]!
  })
}

function eachSquare(rows: number, count: number, visit: (i: number, j: number) => void): void {
  for (let i0 = 0; i0 < rows; i0 += BLOCK) {
    for (let j0 = 0; j0 < count; j0 += BLOCK) {
      for (let i = i0; i < Math.min(rows, i0 + BLOCK); i++) {
        for (let j = j0; j < Math.min(count, j0 + BLOCK); j++) visit(i, j)
      }
    }
  }
}
