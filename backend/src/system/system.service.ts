// What the machine is, who works on it, and whether all parts answer.
import { mkdir } from 'node:fs/promises'
import os from 'node:os'
import {
  type Health,
  type SystemInfo,
  type SystemSample,
  WORKER_SILENT_SECONDS,
  type Worker,
} from '@mistudio/contracts'
import { Injectable, Logger } from '@nestjs/common'
import { AppConfig } from '../common/config.js'
import { freeAt } from '../common/disk.js'
import { RedisConnections } from '../common/redis.js'
import { within } from '../common/time.js'
import { VERSION } from '../common/version.js'
import { Sampler } from './sampler.js'
import { SystemRepository } from './system.repository.js'

const CHECK_LIMIT_MS = 3000
const log = new Logger('Health')

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
    const workers = await this.repository.workers()
    return workers.map(({ silentSeconds, ...worker }) =>
      Object.assign(worker, { alive: silentSeconds < WORKER_SILENT_SECONDS }),
    )
  }

  async health(): Promise<Health> {
    const [database, redis, worker] = await Promise.all([
      check('PostgreSQL', async () => {
        await this.repository.ping()
        return answer('PostgreSQL answers.')
      }),
      check('Redis', async () => {
        await this.redis.commands.ping()
        return answer('Redis answers.')
      }),
      check('The list of workers', async () => {
        const alive = (await this.workers()).filter((each) => each.alive).length
        if (alive === 0) return { ok: false, detail: `No worker reported itself within ${WORKER_SILENT_SECONDS} s.` }
        return answer(alive === 1 ? 'One worker is alive.' : `${alive} workers are alive.`)
      }),
    ])
    return { ok: database.ok && redis.ok && worker.ok, version: VERSION, database, redis, worker }
  }
}

interface Answer {
  readonly ok: boolean
  readonly detail: string
}
const answer = (detail: string): Answer => ({ ok: true, detail })

/** Asks one part. Everybody may read the answer, so it is words of ours; what a driver says (addresses, roles) goes to the log. */
async function check(part: string, ask: () => Promise<Answer>): Promise<Health['database']> {
  const started = performance.now()
  try {
    const { ok, detail } = await within(ask(), CHECK_LIMIT_MS, 'No answer within 3 s.')
    return { ok, detail, milliseconds: ok ? Math.round((performance.now() - started) * 10) / 10 : null }
  } catch (error) {
    log.warn(`${part} does not answer: ${error instanceof Error ? error.message.split('\n').at(-1) : error}`)
    return { ok: false, detail: `${part} does not answer.`, milliseconds: null }
  }
}
