// The sweep of the form: options with the values each shall take, as typed, and the grid they become. Pure.
import {
  type CreateSweep,
  OPTION_TEXTS,
  optionKind,
  optionsOf,
  type SaeTrainingArchitecture,
  STREAM_LIMIT,
  STREAM_OPTIONS,
  SWEEP_LIMIT,
  type TrainingOption,
} from '@mistudio/contracts'
import { isShown, type Values, valueError } from './options.js'

/** One option that varies; `id` only tells rows apart. */
export interface SweepRow {
  readonly id: number
  readonly key: TrainingOption
  /** Values with commas between them. */
  readonly text: string
}

/** Options that can vary: numbers, choices and switches that the form shows, and the architecture itself. */
export const sweepable = (architecture: SaeTrainingArchitecture, values: Values): TrainingOption[] =>
  optionsOf(architecture).filter((key) => {
    const { kind } = optionKind(architecture, key)
    return key === 'architecture' || (kind !== 'text' && kind !== 'numbers' && isShown(key, values))
  })

const SWITCHES: Readonly<Record<string, boolean>> = {
  on: true,
  yes: true,
  true: true,
  off: false,
  no: false,
  false: false,
}

interface ParsedRow {
  readonly values: NonNullable<CreateSweep['grid']>[string]
  readonly error: string | null
}

/** The values of a row and what is wrong with them. */
function parseRow({ key, text }: SweepRow, architecture: SaeTrainingArchitecture): ParsedRow {
  const kind = optionKind(architecture, key)
  const parts = text.split(/[\s,;]+/).filter((part) => part !== '')
  const wrong = (error: string): ParsedRow => ({ values: [], error })
  if (parts.length === 0) return wrong('Type the values to try, with commas between them.')
  const values = parts.map((part) =>
    kind.kind === 'number' ? Number(part) : kind.kind === 'switch' ? SWITCHES[part.toLowerCase()] : part,
  )
  for (const [at, value] of values.entries()) {
    if (kind.kind === 'choice' && !kind.values.includes(String(value))) {
      return wrong(`“${parts[at]}” is none of ${kind.values.join(', ')}.`)
    }
    if (kind.kind === 'switch' && value === undefined) return wrong(`“${parts[at]}” is neither on nor off.`)
    if (kind.kind === 'number' && Number.isNaN(value)) return wrong(`“${parts[at]}” is not a number.`)
    const error = key === 'architecture' ? null : valueError(architecture, key, value)
    if (error) return wrong(`${parts[at]}: ${error}`)
  }
  const distinct = [...new Set(values)].filter((value) => value !== undefined)
  return distinct.length < values.length ? wrong('A value is there twice.') : { values: distinct, error: null }
}

export interface SweepPlan {
  /** null while something is wrong. */
  readonly grid: NonNullable<CreateSweep['grid']> | null
  /** By id of the row. */
  readonly errors: ReadonlyMap<number, string>
  readonly trainings: number
  /** Forward passes of the model are shared within a job. */
  readonly jobs: number
  readonly error: string | null
}

export function planSweep(rows: readonly SweepRow[], architecture: SaeTrainingArchitecture, values: Values): SweepPlan {
  const errors = new Map<number, string>()
  const grid: Record<string, ParsedRow['values']> = {}
  for (const row of rows) {
    const parsed = parseRow(row, architecture)
    if (row.key in grid) errors.set(row.id, `${OPTION_TEXTS[row.key].label} is there twice.`)
    else if (parsed.error) errors.set(row.id, parsed.error)
    else grid[row.key] = parsed.values
  }
  const product = (keys: readonly string[]) => keys.reduce((count, key) => count * (grid[key]?.length ?? 1), 1)
  const trainings = product(Object.keys(grid))
  const own: readonly string[] = STREAM_OPTIONS
  // Without a seed of its own the order of tokens follows the seed.
  const streamKeys = Object.keys(grid).filter(
    (key) => own.includes(key) || (key === 'seed' && values['dataSeed'] === null),
  )
  const streams = product(streamKeys)
  const tooMany = trainings > SWEEP_LIMIT
  return {
    grid: errors.size === 0 && !tooMany && rows.length > 0 ? grid : null,
    errors,
    trainings,
    jobs: streams * Math.ceil(trainings / streams / STREAM_LIMIT),
    error: tooMany ? `These are ${trainings} trainings; at most ${SWEEP_LIMIT} can start at once.` : null,
  }
}
