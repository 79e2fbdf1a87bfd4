// Connections to Redis. Redis only delivers: every user here must keep working, or say so, while it is away.
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common'
import { Redis } from 'ioredis'
import { AppConfig } from './config.js'
import { within } from './time.js'

const CLOSE_LIMIT_MS = 500

@Injectable()
export class RedisConnections implements OnApplicationShutdown {
  private readonly logger = new Logger('Redis')
  private readonly open: Redis[] = []
  /** For commands; fails at once while Redis is away instead of queueing. */
  readonly commands: Redis

  constructor(private readonly config: AppConfig) {
    this.commands = this.connect('commands', { enableOfflineQueue: false, maxRetriesPerRequest: 1 })
  }

  /** A new connection that reconnects for ever; closed with the application. */
  connect(name: string, options: { enableOfflineQueue?: boolean; maxRetriesPerRequest?: number | null } = {}): Redis {
    const redis = new Redis(this.config.redisUrl, {
      maxRetriesPerRequest: null,
      retryStrategy: (times) => Math.min(times * 200, 2000),
      ...options,
    })
    let reported = false
    redis.on('error', (error) => {
      if (!reported) this.logger.warn(`Connection "${name}" to Redis failed: ${error.message || error.name}; retrying.`)
      reported = true
    })
    redis.on('ready', () => {
      if (reported) this.logger.log(`Connection "${name}" to Redis is back.`)
      reported = false
    })
    this.open.push(redis)
    return redis
  }

  get available(): boolean {
    return this.commands.status === 'ready'
  }

  /** After the sockets are closed: what they still send is let out first. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all(
      this.open.map((redis) => within(redis.quit(), CLOSE_LIMIT_MS, 'slow').catch(() => redis.disconnect())),
    )
  }
}
