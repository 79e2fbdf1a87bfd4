// What the machine is, who works on it, and whether all parts answer.
import { mkdir } from 'node:fs/promises'
import os from 'node:os'
import {
  type Health,
  type SystemInfo,
  type SystemSample,
  WORKER_SILENT_SECONDS,
  type Worker,
  WorkerSchema,
} from '@mistudio/contracts'
import { Injectable } from '@nestjs/common'
import { AppConfig } from '../common/config.js'
import { freeAt } from '../common/disk.js'
import { RedisConnections } from '../common/redis.js'
import { iso, within } from '../common/time.js'
import { VERSION } from '../common/version.js'
import { Sampler } from './sampler.js'
import { SystemRepository } from './system.repository.js'

const CHECK_LIMIT_MS = 3000

@Injectable()
export class SystemService {
  constructor(
    private readonly sampler: Sampler,
    private readonly repository: SystemRepository,
    private readonly redis: RedisConnections,
    private readonly config: AppConfig,
  ) {}

  async info(): Promise<SystemInfo> {
    await mkdir(this.config.dataDir, { recursive: true })
    return {
      hostname: os.hostname(),
      platform: `${os.type()} ${os.release()} ${os.arch()}`,
      cpuModel: os.cpus()[0]?.model ?? 'unknown',
      cpuCount: os.cpus().length,
      memoryTotal: os.totalmem(),
      gpuTool: await this.sampler.gpus.tool(),
      dataDir: this.config.dataDir,
      dataDirFree: await freeAt(this.config.dataDir),
      version: VERSION,
      node: process.version,
    }
  }

  sample(): Promise<SystemSample> {
    return this.sampler.latest()
  }

  history(): readonly SystemSample[] {
    return this.sampler.history()
  }

  async workers(): Promise<Worker[]> {
    return (await this.repository.workers()).map((row) => ({
      id: row.id,
      hostname: row.hostname,
      pid: row.pid,
      startedAt: iso(row.startedAt),
      heartbeatAt: iso(row.heartbeatAt),
      alive: Date.now() - row.heartbeatAt.getTime() < WORKER_SILENT_SECONDS * 1000,
      runners: WorkerSchema.shape.runners.parse(row.runners),
    }))
  }

  async health(): Promise<Health> {
    const [database, redis, worker] = await Promise.all([
      check(async () => {
        await this.repository.ping()
        return 'PostgreSQL answers.'
      }),
      check(async () => {
        await this.redis.commands.ping()
        return 'Redis answers.'
      }),
      check(async () => {
        const alive = (await this.workers()).filter((each) => each.alive).length
        if (alive === 0) throw new Error(`No worker reported itself within ${WORKER_SILENT_SECONDS} s.`)
        return alive === 1 ? 'One worker is alive.' : `${alive} workers are alive.`
      }),
    ])
    return { ok: database.ok && redis.ok && worker.ok, version: VERSION, database, redis, worker }
  }
}

async function check(ask: () => Promise<string>): Promise<Health['database']> {
  const started = performance.now()
  const milliseconds = () => Math.round((performance.now() - started) * 10) / 10
  try {
    const detail = await within(ask(), CHECK_LIMIT_MS, 'No answer within 3 s.')
    return { ok: true, detail, milliseconds: milliseconds() }
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n').at(-1) : ''
    return { ok: false, detail: reason || 'It does not answer.', milliseconds: null }
  }
}
