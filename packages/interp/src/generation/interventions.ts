// Where the interventions of a generation come from: asked before every run of the model, so that they may differ by row and position.
import { type FeatureEdit, type Intervention, ModelError, type SpliceProgram } from '../models/index.js'

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

/** 1 at the positions in scope and 0 elsewhere, [rows taking part × seq]; just 1 for scope `all`. */
function coefficients(
  { rows, starts, seq }: GenerationStep,
  promptLengths: readonly number[],
  scope: SteeringScope,
): number | Float32Array {
  if (scope === 'all') return 1
  return Float32Array.from({ length: rows.length * seq }, (_, i) => {
    const at = Math.floor(i / seq)
    const isPrompt = starts[at]! + (i % seq) < promptLengths[rows[at]!]!
    return isPrompt === (scope === 'prompt') ? 1 : 0
  })
}

/**
 * Adds a vector per row at the positions in scope. The vectors are picked anew only when the set of rows changes.
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
  let known: { rows: readonly number[]; value: Float32Array } | undefined
  return (step) => {
    if (!known || !sameRows(known.rows, step.rows)) known = { rows: step.rows, value: pick(vectors, step.rows, width) }
    return [{ site, kind: 'add', value: known.value, coefficient: coefficients(step, promptLengths, scope) }]
  }
}

export interface RowEdits {
  readonly site: string
  readonly sae: SpliceProgram
  /** What becomes of which features in each row; a row without edits is unchanged. */
  readonly edits: readonly (readonly FeatureEdit[])[]
  readonly scope?: SteeringScope
}

/** Edits features of an SAE per row at the positions in scope; what the SAE does not reconstruct stays as it is. */
export function editFeatures(
  { site, sae, edits, scope = 'all' }: RowEdits,
  promptLengths: readonly number[],
): InterventionSource {
  return (step) => {
    const own = step.rows.map((row) => edits[row] ?? [])
    const coefficient = coefficients(step, promptLengths, scope)
    return [{ site, kind: 'splice', sae, edits: own, error: true, coefficient }]
  }
}

/** Everything that several sources ask for. */
export const allOf =
  (sources: readonly InterventionSource[]): InterventionSource =>
  (step) =>
    sources.flatMap((source) => source(step))
