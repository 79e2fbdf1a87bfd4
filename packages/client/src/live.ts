// The live side of the client: one socket, channels by name, job events without gaps.
import {
  type Job,
  type JobEventMessage,
  JobEventMessageSchema,
  JobSchema,
  type RunValues,
  RunValuesSchema,
  SOCKET_EVENTS,
  SOCKET_PATH,
  SOCKET_REQUESTS,
  type SystemSample,
  SystemSampleSchema,
} from '@mistudio/contracts'
import { io, type Socket } from 'socket.io-client'

export type LiveStatus = 'live' | 'connecting' | 'offline'

export interface LiveHandlers {
  onJob?(job: Job): void
  onJobEvent?(event: JobEventMessage): void
  onSystem?(sample: SystemSample): void
  onRunValues?(values: RunValues): void
  onStatus?(status: LiveStatus): void
}

export interface Live {
  /** Joins a channel; the returned function leaves it. Channels are joined again after a reconnect. */
  subscribe(channel: string): () => void
  close(): void
}

/** Connects with the session cookie (browser) or an API key (elsewhere). Messages that do not fit the contracts are reported, not used. */
export const connectLive = (handlers: LiveHandlers, options: { baseUrl?: string; apiKey?: string } = {}): Live => {
  const counts = new Map<string, number>()
  const socket: Socket = io(options.baseUrl ?? '', {
    path: SOCKET_PATH,
    withCredentials: true,
    ...(options.apiKey ? { auth: { token: options.apiKey } } : {}),
    reconnectionDelay: 500,
    reconnectionDelayMax: 5000,
  })
  socket.on('connect', () => {
    for (const channel of counts.keys()) socket.emit(SOCKET_REQUESTS.subscribe, { channel })
    handlers.onStatus?.('live')
  })
  socket.on('disconnect', () => handlers.onStatus?.('connecting'))
  socket.on('connect_error', () => handlers.onStatus?.(socket.active ? 'connecting' : 'offline'))
  const listen = <T>(name: string, parse: (value: unknown) => T, use: ((value: T) => void) | undefined) => {
    if (use) socket.on(name, (message: unknown) => use(parse(message)))
  }
  listen(SOCKET_EVENTS.job, (m) => JobSchema.parse(m), handlers.onJob)
  listen(SOCKET_EVENTS.jobEvent, (m) => JobEventMessageSchema.parse(m), handlers.onJobEvent)
  listen(SOCKET_EVENTS.system, (m) => SystemSampleSchema.parse(m), handlers.onSystem)
  listen(SOCKET_EVENTS.runValues, (m) => RunValuesSchema.parse(m), handlers.onRunValues)

  return {
    subscribe(channel) {
      const before = counts.get(channel) ?? 0
      counts.set(channel, before + 1)
      if (before === 0 && socket.connected) socket.emit(SOCKET_REQUESTS.subscribe, { channel })
      return () => {
        const left = (counts.get(channel) ?? 1) - 1
        if (left > 0) return void counts.set(channel, left)
        counts.delete(channel)
        if (socket.connected) socket.emit(SOCKET_REQUESTS.unsubscribe, { channel })
      }
    },
    close: () => void socket.close(),
  }
}
