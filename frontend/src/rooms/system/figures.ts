// The charts and tiles of the System page from samples: pure.
import type { SystemSample } from '@mistudio/contracts'
import { DASH, formatBytes, formatPercent } from '../../ui/format.js'
import type { Tone } from '../../ui/tones.js'
import type { Series } from './prepare.js'

export interface ChartSpec {
  id: string
  title: string
  series: readonly Series[]
  format(value: number): string
  max?: number
  /** Axis steps are powers of two, so that they read as whole KB, MB, GB. */
  bytes?: true
}

const percent = (value: number) => `${Math.round(value)} %`
const rate = (value: number) => `${formatBytes(value)}/s`

/** Charts that make sense on this machine: GPU ones only where a GPU reports. */
export const chartSpecs = (sample: SystemSample | null): ChartSpec[] => [
  {
    id: 'cpu',
    title: 'CPU',
    series: [{ label: 'of the whole machine', color: '--series-purple', pick: (s) => s.cpu }],
    format: percent,
    max: 100,
  },
  {
    id: 'memory',
    title: 'Memory',
    series: [{ label: 'used', color: '--series-cyan', pick: (s) => s.memoryUsed }],
    format: formatBytes,
    bytes: true,
    ...(sample ? { max: sample.memoryTotal } : {}),
  },
  {
    id: 'disk',
    title: 'Disk',
    series: [
      { label: 'read', color: '--series-indigo', pick: (s) => s.diskRead },
      { label: 'written', color: '--series-orange', pick: (s) => s.diskWrite },
    ],
    format: rate,
    bytes: true,
  },
  {
    id: 'network',
    title: 'Network',
    series: [
      { label: 'in', color: '--series-blue', pick: (s) => s.networkIn },
      { label: 'out', color: '--series-amber', pick: (s) => s.networkOut },
    ],
    format: rate,
    bytes: true,
  },
  ...(sample?.gpus ?? []).flatMap((gpu): ChartSpec[] => {
    const pick = (of: (g: SystemSample['gpus'][number]) => number | null) => (s: SystemSample) => {
      const found = s.gpus.find((g) => g.index === gpu.index)
      return found ? of(found) : null
    }
    return [
      {
        id: `gpu-${gpu.index}`,
        title: `GPU ${gpu.index}: ${gpu.name}`,
        series: [{ label: 'load', color: '--series-emerald', pick: pick((g) => g.utilisation) }],
        format: percent,
        max: 100,
      },
      {
        id: `gpu-memory-${gpu.index}`,
        title: `GPU ${gpu.index} memory`,
        series: [{ label: 'used', color: '--series-blue', pick: pick((g) => g.memoryUsed) }],
        format: formatBytes,
        bytes: true,
        ...(gpu.memoryTotal !== null ? { max: gpu.memoryTotal } : {}),
      },
    ]
  }),
]

export interface Tile {
  label: string
  value: string
  detail: string
  share: number | null
  tone: Tone
}

const share = (used: number, total: number) => (total > 0 ? used / total : null)
const warn = (value: number | null, tone: Tone): Tone =>
  value !== null && value > 0.95 ? 'red' : value !== null && value > 0.85 ? 'amber' : tone

/** Disks that are the same one under two mounts (same size, same use) appear once. */
export const distinctDisks = (disks: SystemSample['disks']): SystemSample['disks'] =>
  disks.filter(
    (disk, index) => disks.findIndex((other) => other.size === disk.size && other.used === disk.used) === index,
  )

export const tiles = (sample: SystemSample): Tile[] => {
  const memory = share(sample.memoryUsed, sample.memoryTotal)
  return [
    {
      label: 'CPU',
      value: sample.cpu === null ? DASH : percent(sample.cpu),
      detail: `${sample.cores.length} cores${sample.cpuTemperature === null ? '' : `, ${Math.round(sample.cpuTemperature)} °C`}`,
      share: sample.cpu === null ? null : sample.cpu / 100,
      tone: 'purple',
    },
    {
      label: 'Memory',
      value: memory === null ? DASH : formatPercent(memory, 0),
      detail: `${formatBytes(sample.memoryUsed)} of ${formatBytes(sample.memoryTotal)}`,
      share: memory,
      tone: warn(memory, 'cyan'),
    },
    ...(sample.swapTotal > 0
      ? [
          {
            label: 'Swap',
            value: formatPercent(sample.swapUsed / sample.swapTotal, 0),
            detail: `${formatBytes(sample.swapUsed)} of ${formatBytes(sample.swapTotal)}`,
            share: share(sample.swapUsed, sample.swapTotal),
            tone: 'slate' as const,
          },
        ]
      : []),
    ...distinctDisks(sample.disks).map((disk): Tile => {
      const used = share(disk.used, disk.size)
      return {
        label: `Disk ${disk.mount}`,
        value: used === null ? DASH : formatPercent(used, 0),
        detail: `${formatBytes(disk.size - disk.used)} free of ${formatBytes(disk.size)}`,
        share: used,
        tone: warn(used, 'indigo'),
      }
    }),
  ]
}
