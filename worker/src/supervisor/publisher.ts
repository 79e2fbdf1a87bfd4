// Tells browsers and waiting requests what was stored. Called after the commit, best effort: whoever misses a message finds it in the API.
import {
  isQuestion,
  JOB_DONE_CHANNEL,
  JOBS_CHANNEL,
  type Job,
  type RunValues,
  SOCKET_EVENTS,
  subjectChannel,
  TERMINAL_STATES,
} from '@mistudio/contracts'
import type { Changed } from '@mistudio/ledger'
import { Emitter } from '@socket.io/redis-emitter'
import type { Redis } from 'ioredis'

export class Publisher {
  private readonly emitter: Emitter

  constructor(private readonly redis: Redis) {
    this.emitter = new Emitter({
      publish: (channel: string, message: unknown) => this.publish(channel, message as string),
    })
  }

  /** Sends the job and its new events to their channels. */
  changed({ job, events }: Changed): void {
    const channel = subjectChannel(job.subjectType, job.subjectId)
    for (const event of events) this.emitter.to(channel).emit(SOCKET_EVENTS.jobEvent, { ...event, channel })
    const rooms = isQuestion(job.kind) ? [channel] : [JOBS_CHANNEL, channel]
    this.emitter.to(rooms).emit(SOCKET_EVENTS.job, job satisfies Job)
    if (TERMINAL_STATES.includes(job.state)) void this.publish(JOB_DONE_CHANNEL, job.id)
  }

  /** Sends new values of runs to who looks at them. */
  values(lots: readonly RunValues[]): void {
    for (const lot of lots) this.emitter.to(subjectChannel('run', lot.runId)).emit(SOCKET_EVENTS.runValues, lot)
  }

  /** Nothing is queued while Redis is away: live messages are worthless later. */
  private publish(channel: string, message: string | Buffer): Promise<unknown> {
    if (this.redis.status !== 'ready') return Promise.resolve()
    return this.redis.publish(channel, message).catch(() => undefined)
  }
}
