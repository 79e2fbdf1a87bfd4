// The socket's door: who may come in, and which channels it hears. Only the server joins rooms.

import {
  JOBS_CHANNEL,
  SESSION_COOKIE,
  SOCKET_PATH,
  SOCKET_REQUESTS,
  SubjectTypeSchema,
  SubscribeSchema,
  SYSTEM_CHANNEL,
} from '@mistudio/contracts'
import { Logger } from '@nestjs/common'
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
import { credentialRoom, LivePublisher } from './publisher.js'

const HandshakeSchema = z.object({ token: z.string().max(300).optional() })
/** Channels one socket may hear at the same time. */
const MAX_CHANNELS = 100

type Answer = { ok: true } | { ok: false; error: string }

@WebSocketGateway({ path: SOCKET_PATH })
export class LiveGateway implements OnGatewayInit<Server> {
  private readonly logger = new Logger('Live')

  constructor(
    private readonly auth: AuthService,
    private readonly publisher: LivePublisher,
  ) {}

  afterInit(server: Server): void {
    server.use((socket, next) => void this.admit(socket).then(() => next(), next))
    this.publisher.attach(server)
  }

  private async admit(socket: Socket): Promise<void> {
    const handshake = HandshakeSchema.safeParse(socket.handshake.auth)
    const token = handshake.success ? handshake.data.token : undefined
    const cookie = parseCookies(socket.handshake.headers.cookie ?? '')[SESSION_COOKIE]
    const identity = token ? await this.auth.byKey(token) : cookie ? await this.auth.bySession(cookie) : null
    if (!identity) throw new Error('Not signed in.')
    await socket.join(credentialRoom(identity.credential))
  }

  @SubscribeMessage(SOCKET_REQUESTS.subscribe)
  async subscribe(@ConnectedSocket() socket: Socket, @MessageBody() body: unknown): Promise<Answer> {
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
    const channel = knownChannel(body)
    if (channel) await socket.leave(channel)
    return { ok: true }
  }
}

/** The channel asked for, or null when the message names none of ours. */
export function knownChannel(body: unknown): string | null {
  const parsed = SubscribeSchema.safeParse(body)
  if (!parsed.success) return null
  const { channel } = parsed.data
  if (channel === JOBS_CHANNEL || channel === SYSTEM_CHANNEL) return channel
  return SubjectTypeSchema.safeParse(channel.split('/')[0]).success ? channel : null
}
