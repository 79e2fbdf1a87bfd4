// Sends job changes and machine figures to whoever subscribed. Knows nothing of who that is; the gateway does.

import {
  JOBS_CHANNEL,
  type Job,
  type JobEvent,
  SOCKET_EVENTS,
  SYSTEM_CHANNEL,
  type SystemSample,
  subjectChannel,
} from '@mistudio/contracts'
import { Injectable } from '@nestjs/common'
import type { Server } from 'socket.io'

@Injectable()
export class LivePublisher {
  private server: Server | null = null

  attach(server: Server): void {
    this.server = server
  }

  /** A job row as it is after a commit. */
  job(job: Job): void {
    this.server?.to(JOBS_CHANNEL).to(subjectChannel(job.subjectType, job.subjectId)).emit(SOCKET_EVENTS.job, job)
  }

  jobEvent(job: Job, event: JobEvent): void {
    const channel = subjectChannel(job.subjectType, job.subjectId)
    this.server?.to(channel).emit(SOCKET_EVENTS.jobEvent, { ...event, channel })
  }

  /** To the sockets of this process only: every process samples its own machine. */
  system(sample: SystemSample): void {
    this.server?.local.to(SYSTEM_CHANNEL).emit(SOCKET_EVENTS.system, sample)
  }

  /** Whether a socket of this process hears the machine's figures. */
  watched(): boolean {
    return (this.server?.of('/').adapter.rooms.get(SYSTEM_CHANNEL)?.size ?? 0) > 0
  }

  /** Ends every socket that came in with a credential that is no longer good. */
  dropCredential(credential: string): void {
    this.server?.in(credentialRoom(credential)).disconnectSockets(true)
  }
}

/** Room of all sockets of one credential; its form can never be subscribed to. */
export const credentialRoom = (credential: string): string => `credential:${credential}`
