// Puts the modules of all rooms together: `<room>/<room>.module` of each room that the contracts define.
import { extname } from 'node:path'
import { ROOMS } from '@mistudio/contracts'
import { type DynamicModule, Module, type Type } from '@nestjs/common'
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core'
import { ScopeGuard } from './auth/scope.guard.js'
import { CommonModule } from './common/common.module.js'
import type { AppConfig } from './common/config.js'
import { EnvelopeInterceptor } from './common/envelope.interceptor.js'
import { ErrorsFilter } from './common/errors.filter.js'
import { GateInterceptor } from './common/gate.interceptor.js'
import { LiveModule } from './live/live.module.js'
import { PublisherModule } from './live/publisher.module.js'

/** Sources when tests run them, what was built of them else. */
const ENDING = extname(import.meta.url)

/** The module of a room: the only class that its file exports. @throws Error when there is none. */
async function moduleOf(room: string): Promise<Type> {
  const face: Readonly<Record<string, unknown>> = await import(
    new URL(`./${room}/${room}.module${ENDING}`, import.meta.url).href
  )
  const [found] = Object.values(face)
  if (typeof found !== 'function') throw new Error(`backend/src/${room}/${room}.module.ts exports no module.`)
  return found as Type
}

@Module({})
export class AppModule {
  static async with(config: AppConfig): Promise<DynamicModule> {
    const rooms = await Promise.all(ROOMS.map(({ name }) => moduleOf(name)))
    return {
      module: AppModule,
      imports: [CommonModule.with(config), PublisherModule, LiveModule, ...rooms],
      providers: [
        { provide: APP_GUARD, useClass: ScopeGuard },
        { provide: APP_INTERCEPTOR, useClass: EnvelopeInterceptor },
        { provide: APP_INTERCEPTOR, useClass: GateInterceptor },
        { provide: APP_FILTER, useClass: ErrorsFilter },
      ],
    }
  }
}
