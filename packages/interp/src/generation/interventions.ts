// Where the interventions of a generation come from: asked before every run of the model, so that they may differ by row and position.
import { type Intervention, ModelError } from '../models/index.js'

/** One run of the model during a generation: a whole prompt per row (prefill) or one token per row. */
export interface GenerationStep {
  /** Numbers of the rows that take part; rows that ended are left out. */
  readonly rows: readonly number[]
  /** Position in its row of the first token of this run, per row taking part. */
  readonly starts: Int32Array
  /** Tokens of each row in this run; what is behind them is padding. */
  readonly lengths: Int32Array
  /** Width of the run: the longest of `lengths`. */
  readonly seq: number
}

/** Interventions of one run; values are shaped for `step.rows` × `step.seq`. */
export type InterventionSource = (step: GenerationStep) => readonly Intervention[]

export const NO_INTERVENTIONS: InterventionSource = () => []

/** Which tokens a vector is added at: those of the prompt, those the model wrote, or all. */
export type SteeringScope = 'all' | 'prompt' | 'completion'

export interface RowVectors {
  readonly site: string
  /** [rows, width]: what is added in each row; a zero row is unsteered. */
  readonly vectors: Float32Array
  readonly scope?: SteeringScope
}

const sameRows = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((row, at) => row === b[at])

/** The vectors of some rows, [rows taking part, width]. */
function pick(vectors: Float32Array, rows: readonly number[], width: number): Float32Array {
  const picked = new Float32Array(rows.length * width)
  for (const [at, row] of rows.entries()) picked.set(vectors.subarray(row * width, (row + 1) * width), at * width)
  return picked
}

/** The picked vectors at the positions in scope and zeros elsewhere, [rows taking part, seq, width]. */
function spread(
  picked: Float32Array,
  width: number,
  { rows, starts, seq }: GenerationStep,
  inScope: (row: number, position: number) => boolean,
): Float32Array {
  const value = new Float32Array(rows.length * seq * width)
  for (const [at, row] of rows.entries()) {
    const vector = picked.subarray(at * width, (at + 1) * width)
    for (let t = 0; t < seq; t++) if (inScope(row, starts[at]! + t)) value.set(vector, (at * seq + t) * width)
  }
  return value
}

/**
 * Adds a vector per row at the positions in scope. Arrays are made anew only when the set of rows changes or a run has both kinds of positions.
 * @throws ModelError `prompt_invalid` when the vectors do not divide into the rows.
 */
export function addVectors(
  { site, vectors, scope = 'all' }: RowVectors,
  promptLengths: readonly number[],
): InterventionSource {
  const width = vectors.length / promptLengths.length
  if (!Number.isInteger(width))
    throw new ModelError(
      'prompt_invalid',
      `${vectors.length} values are not one vector for each of ${promptLengths.length} rows.`,
    )
  const inScope = (row: number, position: number): boolean =>
    scope === 'all' || position < promptLengths[row]! === (scope === 'prompt')
  let known: { rows: readonly number[]; picked: Float32Array } | undefined
  return (step) => {
    if (!known || !sameRows(known.rows, step.rows)) known = { rows: step.rows, picked: pick(vectors, step.rows, width) }
    const scopes = step.rows.map((row, at) => [
      inScope(row, step.starts[at]!),
      inScope(row, step.starts[at]! + step.lengths[at]! - 1),
    ])
    if (scopes.flat().every((inside) => inside)) return [{ site, kind: 'add', value: known.picked }]
    // Without the slot, a run would need another graph than its neighbours: zeros keep it the same.
    return [{ site, kind: 'add', value: spread(known.picked, width, step, inScope) }]
  }
}

/** Everything that several sources ask for. */
export const allOf =
  (sources: readonly InterventionSource[]): InterventionSource =>
  (step) =>
    sources.flatMap((source) => source(step))
