// The supervisor: takes job ids from the queues, claims, executes, reconciles, and shows itself alive. No numeric code here.
import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { type QueueClass, queueName, WORKER_BEAT_SECONDS } from '@mistudio/contracts'
import { claim, sayGoodbye } from '@mistudio/ledger'
import { Worker } from 'bullmq'
import { Redis } from 'ioredis'
import pg from 'pg'
import { environmentOf, type WorkerConfig } from '../config.js'
import { inTransaction } from '../runner/database.js'
import { packLeftTails } from '../runs/index.js'
import { Execution } from './execution.js'
import { heartbeat } from './heartbeat.js'
import { Publisher } from './publisher.js'
import { QUEUE_CLASSES, Queues, STREAMS } from './queues.js'
import { reconcile } from './reconciler.js'
import { AT_ONCE, RunnerPool } from './slot.js'

const RECONCILE_MS = 5000
/** How long runners may take to write a checkpoint when the worker goes down. */
const SUSPEND_GRACE_MS = 25_000
/** How long a consumer waits at an empty queue before it asks again; an entry wakes it at once. */
const DRAIN_SECONDS = 30
/** Before the next attempt after a crash. */
const CRASH_PAUSE_MS = 500

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))

export class Supervisor {
  readonly id = `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`
  private readonly db: pg.Pool
  private readonly redis: Redis
  private readonly queues: Queues
  private readonly publisher: Publisher
  private readonly pools: ReadonlyMap<QueueClass, RunnerPool>
  private readonly executions = new Set<Execution>()
  private readonly workers: Worker[] = []
  private readonly timers: NodeJS.Timeout[] = []
  private stopping = false

  constructor(private readonly config: WorkerConfig) {
    this.db = new pg.Pool({ connectionString: config.databaseUrl, max: 8 })
    this.db.on('error', (error) => console.error('database connection:', error.message))
    this.redis = this.connect()
    this.publisher = new Publisher(this.redis)
    this.queues = new Queues(this.redis)
    this.pools = new Map(
      QUEUE_CLASSES.map((queue) => [queue, new RunnerPool(queue, config.runnerEntry, environmentOf(config))]),
    )
  }

  async start(): Promise<void> {
    await this.beat()
    this.every(WORKER_BEAT_SECONDS * 1000, () => this.beat())
    this.every(RECONCILE_MS, () => reconcile(this.db, this.queues, this.publisher))
    for (const queue of QUEUE_CLASSES) this.workers.push(this.consume(queue))
    void this.packMetrics()
  }

  /** Suspends what runs (checkpoint, back to the queue) and ends. */
  async stop(): Promise<void> {
    if (this.stopping) return
    this.stopping = true
    for (const timer of this.timers) clearInterval(timer)
    for (const execution of this.executions) execution.suspend()
    const deadline = setTimeout(() => {
      for (const execution of this.executions) execution.kill()
    }, SUSPEND_GRACE_MS)
    while (this.executions.size) await pause(50)
    clearTimeout(deadline)
    for (const pool of this.pools.values()) pool.end()
    await sayGoodbye(this.db, this.id).catch((error: unknown) => console.error('goodbye was not written:', error))
    // Entries in hand are left to expire; the ledger has already released their jobs.
    await Promise.race([Promise.all(this.workers.map((worker) => worker.close(true))), pause(3000)])
    await Promise.race([this.queues.close(), pause(1000)])
    this.redis.disconnect()
    await this.db.end()
  }

  private connect(): Redis {
    const redis = new Redis(this.config.redisUrl, {
      maxRetriesPerRequest: null,
      retryStrategy: (times) => Math.min(200 * times, 2000),
    })
    redis.on('error', (error) => console.error('redis connection:', error.message))
    return redis
  }

  private every(ms: number, work: () => Promise<void>): void {
    let busy = false
    const tick = async () => {
      if (busy || this.stopping) return
      busy = true
      await work().catch((error: unknown) => console.error('periodic work failed, it is tried again:', error))
      busy = false
    }
    this.timers.push(setInterval(() => void tick(), ms))
  }

  /** Metrics of earlier versions, and what killed workers left: packed beside the work, tried again at the next start. */
  private async packMetrics(): Promise<void> {
    await packLeftTails(
      this.db,
      (message) => console.log(message),
      () => this.stopping,
    ).catch((error: unknown) => console.error('metrics could not be packed yet:', error))
  }

  private beat(): Promise<void> {
    return heartbeat(this.db, this.id, [...this.pools.values()])
  }

  private consume(queue: QueueClass): Worker {
    const worker = new Worker<{ id: string }>(queueName(queue), (entry) => this.deliver(queue, String(entry.data.id)), {
      connection: this.connect(),
      concurrency: AT_ONCE[queue],
      lockDuration: 60_000,
      stalledInterval: 30_000,
      maxStalledCount: 1_000_000,
      drainDelay: DRAIN_SECONDS,
      streams: STREAMS,
    } as ConstructorParameters<typeof Worker>[2] & object)
    // A lost lock (Redis was emptied) changes nothing: ownership is the lease in PostgreSQL.
    worker.on('error', (error) => console.error(`queue ${queue}:`, error.message))
    return worker
  }

  /** Works on a job until it rests: attempts that died go on at once. */
  private async deliver(queue: QueueClass, id: string): Promise<void> {
    while (!this.stopping) {
      const claimed = await inTransaction(this.db, (tx) => claim(tx, id, this.id))
      if (!claimed) return
      this.publisher.changed(claimed)
      const slot = this.pools.get(queue)?.free()
      if (!slot) throw new Error(`There is no runner for queue ${queue}.`)
      const execution = new Execution(this.db, this.publisher, slot.take(), claimed, this.config)
      this.executions.add(execution)
      try {
        const running = execution.run()
        // Who works on what is known at once, not only at the next beat.
        this.beat().catch((error: unknown) => console.error('the heartbeat was not written:', error))
        const end = await running
        if (end?.job.state !== 'queued' || this.stopping) return
        await pause(CRASH_PAUSE_MS)
      } finally {
        this.executions.delete(execution)
        slot.give()
      }
    }
  }
}
