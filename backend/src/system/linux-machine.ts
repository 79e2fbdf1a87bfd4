// The machine read from /proc and /sys: no program is started.
import { access, readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import type { SystemSample } from '@mistudio/contracts'
import { roomOf } from '../common/disk.js'
import type { Load, Machine, Slow } from './machine.js'
import {
  busyPercent,
  type CpuTimes,
  parseDiskstats,
  parseMeminfo,
  parseMounts,
  parseNetDev,
  parseStat,
} from './proc.js'

interface Counters {
  readonly at: number
  readonly whole: CpuTimes
  readonly cores: readonly CpuTimes[]
  readonly read: number
  readonly written: number
  readonly received: number
  readonly sent: number
}

const text = (file: string): Promise<string> => readFile(file, 'utf8').catch(() => '')

export class LinuxMachine implements Machine {
  private before: Counters | null = null
  private hardware: Promise<{ disks: ReadonlySet<string>; networks: ReadonlySet<string> }> | null = null
  private sensors: Promise<readonly string[]> | null = null

  async load(): Promise<Load> {
    const [now, memory] = await Promise.all([this.counters(), text('/proc/meminfo').then(parseMeminfo)])
    const { before } = this
    this.before = now
    const seconds = before ? (now.at - before.at) / 1000 : 0
    const rate = (pick: (counters: Counters) => number): number | null =>
      before && seconds > 0 ? Math.max(0, (pick(now) - pick(before)) / seconds) : null
    const total = memory.get('MemTotal') ?? 0
    const swap = memory.get('SwapTotal') ?? 0
    return {
      cpu: before ? busyPercent(before.whole, now.whole) : null,
      cores: now.cores.map((core, index) => busyPercent(before?.cores[index], core) ?? 0),
      memoryUsed: total - (memory.get('MemAvailable') ?? 0),
      memoryTotal: total,
      swapUsed: swap - (memory.get('SwapFree') ?? 0),
      swapTotal: swap,
      diskRead: rate(({ read }) => read),
      diskWrite: rate(({ written }) => written),
      networkIn: rate(({ received }) => received),
      networkOut: rate(({ sent }) => sent),
    }
  }

  async slow(): Promise<Slow> {
    const mounts = parseMounts(await text('/proc/self/mounts'))
    const disks = await Promise.all(mounts.map(diskAt))
    return { disks: disks.filter((disk) => disk !== null), cpuTemperature: await this.temperature() }
  }

  private async counters(): Promise<Counters> {
    this.hardware ??= findHardware()
    const { disks, networks } = await this.hardware
    const [stat, diskstats, net] = await Promise.all(['/proc/stat', '/proc/diskstats', '/proc/net/dev'].map(text))
    return {
      at: performance.now(),
      ...parseStat(stat ?? ''),
      ...parseDiskstats(diskstats ?? '', disks),
      ...parseNetDev(net ?? '', networks.size > 0 ? networks : undefined),
    }
  }

  /** The hottest sensor of the processor in °C; null when there is none. */
  private async temperature(): Promise<number | null> {
    this.sensors ??= findSensors()
    const values = await Promise.all((await this.sensors).map(async (file) => Number(await text(file)) / 1000))
    const known = values.filter((value) => value > 0 && value < 150)
    return known.length > 0 ? Math.max(...known) : null
  }
}

/** Disks and network cards that are devices: partitions, images and bridges would count the same bytes twice. */
async function findHardware(): Promise<{ disks: ReadonlySet<string>; networks: ReadonlySet<string> }> {
  const devices = async (folder: string): Promise<ReadonlySet<string>> => {
    const names = await readdir(folder).catch(() => [])
    const has = await Promise.all(names.map((name) => access(path.join(folder, name, 'device')).then(yes, no)))
    return new Set(names.filter((_, index) => has[index]))
  }
  return { disks: await devices('/sys/block'), networks: await devices('/sys/class/net') }
}
const yes = (): boolean => true
const no = (): boolean => false

const CPU_SENSORS = /^(coretemp|k10temp|zenpower|cpu[_-]?thermal|x86_pkg_temp|soc[_-]?thermal|acpitz)/i

async function findSensors(): Promise<string[]> {
  const found: string[] = []
  for (const [folder, nameFile] of [
    ['/sys/class/hwmon', 'name'],
    ['/sys/class/thermal', 'type'],
  ] as const) {
    for (const entry of await readdir(folder).catch(() => [])) {
      const place = path.join(folder, entry)
      if (!CPU_SENSORS.test(await text(path.join(place, nameFile)))) continue
      const files = (await readdir(place)).filter((file) => /^(temp\d+_input|temp)$/.test(file))
      found.push(...files.map((file) => path.join(place, file)))
    }
    if (found.length > 0) return found
  }
  return found
}

async function diskAt(mount: string): Promise<SystemSample['disks'][number] | null> {
  const room = await roomOf(mount).catch(() => null)
  return room && room.size > 0 ? { mount, ...room } : null
}
