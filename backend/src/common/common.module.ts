// What every room uses: configuration, database, Redis, the gate of requests.
import { type DynamicModule, Global, Module } from '@nestjs/common'
import { AppConfig } from './config.js'
import { Database } from './database.js'
import { Gate } from './gate.js'
import { RedisConnections } from './redis.js'
import { StoredChecksRepository } from './stored-checks.repository.js'

@Global()
@Module({})
export class CommonModule {
  static with(config: AppConfig): DynamicModule {
    const providers = [
      { provide: AppConfig, useValue: config },
      Database,
      RedisConnections,
      Gate,
      StoredChecksRepository,
    ]
    return {
      module: CommonModule,
      providers,
      exports: [AppConfig, Database, RedisConnections, Gate, StoredChecksRepository],
    }
  }
}
