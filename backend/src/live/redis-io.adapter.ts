// Socket.IO on the HTTP server, joined with other processes over Redis. The worker publishes through the same Redis channel.
import type { INestApplicationContext } from '@nestjs/common'
import { IoAdapter } from '@nestjs/platform-socket.io'
import { createAdapter } from '@socket.io/redis-adapter'
import type { Server, ServerOptions } from 'socket.io'
import { AppConfig } from '../common/config.js'
import { originAllowed } from '../common/origin.js'
import { RedisConnections } from '../common/redis.js'

const MAX_MESSAGE_BYTES = 16 * 1024

export class RedisIoAdapter extends IoAdapter {
  constructor(private readonly application: INestApplicationContext) {
    super(application)
  }

  override createIOServer(port: number, options?: ServerOptions): Server {
    const config = this.application.get(AppConfig)
    const redis = this.application.get(RedisConnections)
    const server: Server = super.createIOServer(port, {
      ...options,
      maxHttpBufferSize: MAX_MESSAGE_BYTES,
      serveClient: false,
      // Offers of other protocols at other addresses are answered as plain requests (common/http-level.ts).
      destroyUpgrade: false,
      // Who does not say who it is.
      connectTimeout: 10_000,
      allowRequest: (request, decide) => {
        const allowed = originAllowed(request, config.allowedOrigins)
        decide(allowed ? null : 'This origin is not accepted.', allowed)
      },
    } as ServerOptions)
    server.adapter(createAdapter(redis.connect('sockets out'), redis.connect('sockets in')))
    return server
  }
}
