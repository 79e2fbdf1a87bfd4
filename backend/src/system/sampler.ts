// One sampler of the machine: a sample every 2 s, an hour of them in memory, each broadcast. What is slow to read is read less often.

import type { SystemSample } from '@mistudio/contracts'
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common'
import si from 'systeminformation'
import { iso } from '../common/time.js'
import { LivePublisher } from '../live/publisher.js'
import { GpuReader } from './gpus.js'

const EVERY_MS = 2000
/** One hour. */
const KEPT = 1800
const SLOW_EVERY = 10

interface Slow {
  readonly disks: SystemSample['disks']
  readonly cpuTemperature: number | null
}

@Injectable()
export class Sampler implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly gpus = new GpuReader()
  private readonly logger = new Logger('Sampler')
  private readonly samples: SystemSample[] = []
  private slow: Slow = { disks: [], cpuTemperature: null }
  private timer: NodeJS.Timeout | undefined
  private running: Promise<SystemSample> | null = null
  private count = 0

  constructor(private readonly publisher: LivePublisher) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.tick(), EVERY_MS)
    void this.tick()
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer)
  }

  history(): readonly SystemSample[] {
    return this.samples
  }

  /** The newest sample; takes one when there is none yet. */
  latest(): Promise<SystemSample> {
    const newest = this.samples.at(-1)
    return newest ? Promise.resolve(newest) : this.sample()
  }

  private async tick(): Promise<void> {
    if (this.running) return
    try {
      this.publisher.system(await this.sample())
    } catch (error) {
      this.logger.warn(`The machine could not be sampled: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  private sample(): Promise<SystemSample> {
    this.running ??= this.take().finally(() => {
      this.running = null
    })
    return this.running
  }

  private async take(): Promise<SystemSample> {
    if (this.count % SLOW_EVERY === 0) this.slow = await readSlow()
    this.count += 1
    const [load, memory, fs, network, gpus] = await Promise.all([
      si.currentLoad(),
      si.mem(),
      si.fsStats(),
      si.networkStats('*'),
      this.gpus.read(),
    ])
    const sample: SystemSample = {
      at: iso(new Date()),
      cpu: share(load.currentLoad),
      cores: load.cpus.map(({ load: core }) => share(core) ?? 0),
      memoryUsed: memory.total - memory.available,
      memoryTotal: memory.total,
      swapUsed: memory.swapused,
      swapTotal: memory.swaptotal,
      diskRead: rate(fs?.rx_sec),
      diskWrite: rate(fs?.wx_sec),
      networkIn: sum(network.map(({ rx_sec }) => rate(rx_sec))),
      networkOut: sum(network.map(({ tx_sec }) => rate(tx_sec))),
      gpus,
      ...this.slow,
    }
    this.samples.push(sample)
    if (this.samples.length > KEPT) this.samples.shift()
    return sample
  }
}

async function readSlow(): Promise<Slow> {
  const [disks, temperature] = await Promise.all([si.fsSize(), si.cpuTemperature()])
  return {
    disks: disks.filter(({ size }) => size > 0).map(({ mount, used, size }) => ({ mount, used, size })),
    cpuTemperature: temperature.main > 0 ? temperature.main : null,
  }
}

const share = (value: number | null | undefined): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? Math.min(100, Math.max(0, value)) : null
const rate = (value: number | null | undefined): number | null =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null
/** Sum of what is known; null when nothing is. */
const sum = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((value): value is number => value !== null)
  return known.length > 0 ? known.reduce((a, b) => a + b, 0) : null
}
