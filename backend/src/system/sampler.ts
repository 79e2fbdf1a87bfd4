// One sampler of the machine: a sample every 2 s while somebody watches, every 10 s otherwise (30 where a GPU's tool
// must be started for it), an hour of them in memory, each broadcast.
// Percentages and rates are means over the time since the sample before, so a chart of sparse samples is as true as one of dense ones.

import type { SystemSample } from '@mistudio/contracts'
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common'
import { iso } from '../common/time.js'
import { LivePublisher } from '../live/publisher.js'
import { GpuReader } from './gpus.js'
import { type Slow, thisMachine } from './machine.js'

const WATCHED_MS = 2000
/** Both less than the silence that breaks the line of a chart. */
const UNWATCHED_MS = 10_000
const UNWATCHED_GPU_MS = 30_000
const KEPT_MS = 3_600_000
/** Disks and temperature: as often as anybody would look at them. */
const SLOW_WATCHED_MS = 20_000
const SLOW_UNWATCHED_MS = 60_000

@Injectable()
export class Sampler implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly gpus = new GpuReader()
  private readonly logger = new Logger('Sampler')
  private readonly machine = thisMachine()
  private samples: SystemSample[] = []
  private slow: Slow = { disks: [], cpuTemperature: null }
  private slowAt = Number.NEGATIVE_INFINITY
  private takenAt = Number.NEGATIVE_INFINITY
  private timer: NodeJS.Timeout | undefined
  private unwatchedMs = UNWATCHED_MS
  private running: Promise<SystemSample> | null = null

  constructor(private readonly publisher: LivePublisher) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.tick(), WATCHED_MS)
    void this.tick()
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer)
  }

  history(): readonly SystemSample[] {
    return this.samples
  }

  /** The newest sample; takes one when there is none of the last 2 s. */
  latest(): Promise<SystemSample> {
    const newest = this.samples.at(-1)
    return newest && this.age() <= WATCHED_MS ? Promise.resolve(newest) : this.sample()
  }

  private age(): number {
    return performance.now() - this.takenAt
  }

  private async tick(): Promise<void> {
    if (this.running) return
    // Half a tick of slack: a timer comes a moment early or late.
    if (!this.publisher.watched() && this.age() < this.unwatchedMs - WATCHED_MS / 2) return
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
    const [load, slow, gpus] = await Promise.all([this.machine.load(), this.readSlow(), this.gpus.read()])
    const sample: SystemSample = { at: iso(new Date()), ...load, ...slow, gpus }
    this.takenAt = performance.now()
    this.unwatchedMs = gpus.length > 0 ? UNWATCHED_GPU_MS : UNWATCHED_MS
    const from = Date.now() - KEPT_MS
    this.samples = [...this.samples.filter(({ at }) => Date.parse(at) >= from), sample]
    return sample
  }

  private async readSlow(): Promise<Slow> {
    const every = this.publisher.watched() ? SLOW_WATCHED_MS : SLOW_UNWATCHED_MS
    if (performance.now() - this.slowAt < every) return this.slow
    this.slow = await this.machine.slow()
    this.slowAt = performance.now()
    return this.slow
  }
}
