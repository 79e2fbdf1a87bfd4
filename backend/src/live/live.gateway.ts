// The socket's door: who may come in, and which channels it hears. Only the server joins rooms.

import { isChannel, SOCKET_PATH, SOCKET_REQUESTS, SubscribeSchema } from '@mistudio/contracts'
import { Logger, type OnApplicationShutdown } from '@nestjs/common'
import { HttpAdapterHost } from '@nestjs/core'
import {
  ConnectedSocket,
  MessageBody,
  type OnGatewayInit,
  SubscribeMessage,
  WebSocketGateway,
} from '@nestjs/websockets'
import { parse as parseCookies } from 'cookie'
import type { Server, Socket } from 'socket.io'
import { z } from 'zod'
import { AuthService } from '../auth/auth.service.js'
import type { Identity } from '../auth/identity.js'
import { Instance } from '../auth/instance.js'
import { clientAddress, TRUSTED_PROXY_SETTING } from '../common/client-address.js'
import { Budget, SOCKET_RATE, SOCKETS_PER_KEY } from './budget.js'
import { Callers } from './callers.js'
import { credentialRoom, LivePublisher } from './publisher.js'

const HandshakeSchema = z.object({ token: z.string().max(300).optional() })
/** Channels one socket may hear at the same time. */
const MAX_CHANNELS = 100
/** How often the credentials of open sockets are looked at again: the end of a key or session that nobody told us of. */
const LOOK_AGAIN_MS = 4000

type Answer = { ok: true } | { ok: false; error: string }

@WebSocketGateway({ path: SOCKET_PATH })
export class LiveGateway implements OnGatewayInit<Server>, OnApplicationShutdown {
  private readonly logger = new Logger('Live')
  private readonly callers = new Callers()
  private timer: NodeJS.Timeout | undefined

  constructor(
    private readonly auth: AuthService,
    private readonly instance: Instance,
    private readonly publisher: LivePublisher,
    private readonly http: HttpAdapterHost,
  ) {}

  afterInit(server: Server): void {
    server.engine.on('connection', (connection: Connection) => closeFloods(connection))
    server.use((socket, next) => void this.admit(socket).then(() => next(), next))
    this.publisher.attach(server)
    this.timer = setInterval(() => void this.dropEnded(), LOOK_AGAIN_MS)
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer)
  }

  private async admit(socket: Socket): Promise<void> {
    const handshake = HandshakeSchema.safeParse(socket.handshake.auth)
    const token = handshake.success ? handshake.data.token : undefined
    const cookie = parseCookies(socket.handshake.headers.cookie ?? '')[this.instance.cookie]
    const address = clientAddress(socket.request, this.http.httpAdapter.getInstance().get(TRUSTED_PROXY_SETTING))
    const identity = token
      ? await this.auth.byKey(token, address)
      : cookie
        ? await this.auth.bySession(cookie, address)
        : null
    if (!identity) throw new Error('Not signed in.')
    if (!this.callers.add(socket, identity)) throw new Error(`At most ${SOCKETS_PER_KEY} connections per key.`)
    await socket.join(roomsOf(identity))
  }

  @SubscribeMessage(SOCKET_REQUESTS.subscribe)
  async subscribe(@ConnectedSocket() socket: Socket, @MessageBody() body: unknown): Promise<Answer> {
    if (!this.mayGoOn(socket)) return { ok: false, error: 'Too many messages.' }
    const channel = knownChannel(body)
    if (!channel) return { ok: false, error: 'There is no such channel.' }
    if (socket.rooms.size >= MAX_CHANNELS)
      return { ok: false, error: `At most ${MAX_CHANNELS} channels per connection.` }
    await socket.join(channel)
    this.logger.debug(`${socket.id} hears ${channel}`)
    return { ok: true }
  }

  @SubscribeMessage(SOCKET_REQUESTS.unsubscribe)
  async unsubscribe(@ConnectedSocket() socket: Socket, @MessageBody() body: unknown): Promise<Answer> {
    if (!this.mayGoOn(socket)) return { ok: false, error: 'Too many messages.' }
    const channel = knownChannel(body)
    if (channel) await socket.leave(channel)
    return { ok: true }
  }

  /** Whether the key of a socket has messages left; if not, the socket is closed. */
  private mayGoOn(socket: Socket): boolean {
    if (this.callers.maySend(socket)) return true
    socket.disconnect(true)
    return false
  }

  /** Closes sockets whose key or session ended or expired, also when no message of that came through. */
  private async dropEnded(): Promise<void> {
    const open = this.callers.all()
    if (open.length === 0) return
    try {
      const alive = await this.auth.alive(open.map(([, identity]) => identity))
      for (const [socket, identity] of open) if (!alive(identity)) socket.disconnect(true)
    } catch (error) {
      this.logger.warn(
        `Credentials of sockets could not be looked at: ${error instanceof Error ? error.message : error}`,
      )
    }
  }
}

/** Rooms through which a socket is closed with its key and with its session. */
const roomsOf = ({ keyId, sessionId }: Identity): string[] =>
  [keyId, ...(sessionId === null ? [] : [sessionId])].map(credentialRoom)

/** What this file knows of a connection of engine.io, below the socket. */
interface Connection {
  on(event: 'packet', listener: () => void): void
  close(discard: boolean): void
}

/** Closes a connection that sends more than a page could; what it still sends is then thrown away unread. */
function closeFloods(connection: Connection): void {
  const budget = new Budget(SOCKET_RATE)
  connection.on('packet', () => {
    if (!budget.take()) connection.close(true)
  })
}

/** The channel asked for, or null when the message names none of ours. */
export function knownChannel(body: unknown): string | null {
  const parsed = SubscribeSchema.safeParse(body)
  if (!parsed.success) return null
  const { channel } = parsed.data
  return isChannel(channel) ? channel : null
}
