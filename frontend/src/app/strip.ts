// Figures of the header strip from a machine sample: pure. Unknown stays a dash.
import type { SystemSample } from '@mistudio/contracts'
import { DASH, formatBytes } from '../ui/format.js'

export interface StripFigures {
  cpu: string
  memory: string
  /** null: no GPU here. */
  gpu: string | null
  temperature: string
  hot: boolean
}

const percent = (value: number | null | undefined): string => (value == null ? DASH : `${Math.round(value)} %`)
const gigabytes = (bytes: number): string => (bytes / 2 ** 30).toFixed(1)

/** Several GPUs: loads side by side, memory summed. Temperature: the hottest of what is measured. */
export const stripFigures = (sample: SystemSample | null): StripFigures => {
  if (!sample) return { cpu: DASH, memory: `${DASH} / ${DASH} GB`, gpu: null, temperature: DASH, hot: false }
  const loads = sample.gpus.map((gpu) => percent(gpu.utilisation)).join(' | ')
  const used = sample.gpus.reduce((sum, gpu) => sum + (gpu.memoryUsed ?? 0), 0)
  const temperatures = [sample.cpuTemperature, ...sample.gpus.map((gpu) => gpu.temperature)].filter((t) => t !== null)
  const hottest = temperatures.length ? Math.max(...temperatures) : null
  return {
    cpu: percent(sample.cpu),
    memory: `${gigabytes(sample.memoryUsed)} / ${gigabytes(sample.memoryTotal)} GB`,
    gpu: sample.gpus.length ? `${loads} · ${formatBytes(used)}` : null,
    temperature: hottest === null ? DASH : `${Math.round(hottest)} °C`,
    hot: hottest !== null && hottest > 85,
  }
}
