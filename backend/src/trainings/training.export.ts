// Metrics of a training as a file: CSV with a row per step and a column per metric, or JSON with their definitions. Pure.
import {
  type Cell,
  csvText,
  DENSITY_DEFINITION,
  TRAINING_METRICS,
  type Training,
  type TrainingMetrics,
} from '@mistudio/contracts'

export interface MetricsFile {
  readonly name: string
  readonly type: string
  readonly text: string
}

export function metricsFile(training: Training, { series }: TrainingMetrics, format: 'csv' | 'json'): MetricsFile {
  const name = `${training.name.replace(/[^\w.-]+/g, '-').replace(/^-+|-+$/g, '') || 'training'}-metrics.${format}`
  return format === 'csv'
    ? { name, type: 'text/csv; charset=utf-8', text: csvOf(series) }
    : { name, type: 'application/json; charset=utf-8', text: jsonOf(training, series) }
}

/** Columns in the order of the definitions, then all others by name; steps ascend; a metric without a value at a step leaves it empty. */
export function csvOf(series: TrainingMetrics['series']): string {
  const known = Object.keys(TRAINING_METRICS)
  const others = Object.keys(series).filter((key) => !known.includes(key))
  const byNumber = new Intl.Collator('en', { numeric: true }).compare
  const columns = [...known.filter((key) => key in series), ...others.sort(byNumber)]
  const rows = new Map<number, Cell[]>()
  for (const [at, key] of columns.entries()) {
    const { steps, values } = series[key] ?? { steps: [], values: [] }
    for (const [i, step] of steps.entries()) {
      const row = rows.get(step) ?? new Array<Cell>(columns.length).fill(null)
      row[at] = values[i] ?? null
      rows.set(step, row)
    }
  }
  const lines = [...rows].sort(([a], [b]) => a - b).map(([step, cells]) => [step, ...cells])
  return csvText([['step', ...columns], ...lines])
}

function jsonOf(training: Training, series: TrainingMetrics['series']): string {
  const { id, name, modelName, datasetName, params, dIn, dSae, summary } = training
  const definitions = {
    ...TRAINING_METRICS,
    density_n: { label: 'Density', unit: 'features', definition: DENSITY_DEFINITION },
  }
  return JSON.stringify(
    { training: { id, name, modelName, datasetName, params, dIn, dSae, summary }, definitions, series },
    null,
    2,
  )
}
