// The queues that deliver job ids. They hold nothing that PostgreSQL does not know better.
import { type QueueClass, QueueClassSchema, queueName } from '@mistudio/contracts'
import { Queue } from 'bullmq'
import type { Redis } from 'ioredis'

export const QUEUE_CLASSES: readonly QueueClass[] = QueueClassSchema.options
/** Short event streams: nobody reads them, and the JavaScript Redis copies them on each write. */
export const STREAMS = { events: { maxLen: 100 } }
const ENTRY_OPTIONS = { removeOnComplete: true, removeOnFail: true, attempts: 1 }

/** BullMQ's id of one dispatch of a job. */
const entryId = (id: string, dispatch: number): string => `${id}-${dispatch}`

export class Queues {
  private readonly queues: ReadonlyMap<QueueClass, Queue>

  constructor(connection: Redis) {
    this.queues = new Map(
      QUEUE_CLASSES.map((name) => {
        const queue = new Queue(queueName(name), { connection, streams: STREAMS })
        queue.on('error', () => undefined) // the connection reports itself
        return [name, queue]
      }),
    )
  }

  async add(queue: QueueClass, id: string, dispatch: number): Promise<void> {
    await this.get(queue).add('job', { id }, { ...ENTRY_OPTIONS, jobId: entryId(id, dispatch) })
  }

  /** Whether the queue still holds this dispatch. */
  async holds(queue: QueueClass, id: string, dispatch: number): Promise<boolean> {
    return Boolean(await this.get(queue).getJob(entryId(id, dispatch)))
  }

  async close(): Promise<void> {
    await Promise.all([...this.queues.values()].map((queue) => queue.close()))
  }

  private get(name: QueueClass): Queue {
    const queue = this.queues.get(name)
    if (!queue) throw new Error(`There is no queue ${name}.`)
    return queue
  }
}
