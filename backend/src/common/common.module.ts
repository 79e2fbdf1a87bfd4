// What every room uses: configuration, database, Redis.
import { type DynamicModule, Global, Module } from '@nestjs/common'
import { AppConfig } from './config.js'
import { Database } from './database.js'
import { RedisConnections } from './redis.js'

@Global()
@Module({})
export class CommonModule {
  static with(config: AppConfig): DynamicModule {
    const providers = [{ provide: AppConfig, useValue: config }, Database, RedisConnections]
    return { module: CommonModule, providers, exports: [AppConfig, Database, RedisConnections] }
  }
}
