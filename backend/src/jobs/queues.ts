// The BullMQ queues. They only deliver: when Redis is away an entry is simply missing and the worker's reconciler adds it later.

import { type QueueClass, QueueClassSchema, queueName } from '@mistudio/contracts'
import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common'
import { Queue } from 'bullmq'
import { RedisConnections } from '../common/redis.js'
import { within } from '../common/time.js'

const ADD_LIMIT_MS = 1500

@Injectable()
export class Queues implements OnModuleDestroy {
  private readonly logger = new Logger('Queues')
  private readonly queues: ReadonlyMap<QueueClass, Queue>

  constructor(private readonly redis: RedisConnections) {
    const connection = redis.connect('queues')
    this.queues = new Map(
      QueueClassSchema.options.map((name) => {
        const queue = new Queue(queueName(name), { connection, skipVersionCheck: true })
        queue.on('error', () => undefined)
        return [name, queue]
      }),
    )
  }

  /** Adds the entry of a queued row. Never throws: a row without entry is found by the reconciler. */
  async add(job: { id: string; kind: string; queue: QueueClass }, dispatch: number): Promise<void> {
    if (!this.redis.available) return this.logger.warn(`Redis is away; job ${job.id} waits for the reconciler.`)
    const options = { jobId: `${job.id}-${dispatch}`, removeOnComplete: true, removeOnFail: true, attempts: 1 }
    try {
      const added = this.queues.get(job.queue)?.add(job.kind, { id: job.id }, options)
      if (added) await within(added, ADD_LIMIT_MS, 'Redis did not answer in time')
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      this.logger.warn(`Job ${job.id} could not be queued (${reason}); the reconciler will do it.`)
    }
  }

  /** Without Redis there is nothing to finish, and a queue closed before it was ever ready rejects a promise that nobody holds. */
  async onModuleDestroy(): Promise<void> {
    if (!this.redis.available) return
    await Promise.all(
      [...this.queues.values()].map((queue) => within(queue.close(), 1000, 'slow').catch(() => undefined)),
    )
  }
}
