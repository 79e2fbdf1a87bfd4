// The whole application: what every request passes, what all rooms use, and the rooms.
import { type DynamicModule, Module } from '@nestjs/common'
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core'
import { ScopeGuard } from './auth/scope.guard.js'
import { CommonModule } from './common/common.module.js'
import type { AppConfig } from './common/config.js'
import { EnvelopeInterceptor } from './common/envelope.interceptor.js'
import { ErrorsFilter } from './common/errors.filter.js'
import { GateInterceptor } from './common/gate.interceptor.js'
import { LiveModule } from './live/live.module.js'
import { PublisherModule } from './live/publisher.module.js'
import { RoomsModule } from './rooms.module.js'

@Module({})
export class AppModule {
  static async with(config: AppConfig): Promise<DynamicModule> {
    return {
      module: AppModule,
      imports: [CommonModule.with(config), PublisherModule, LiveModule, await RoomsModule.all()],
      providers: [
        { provide: APP_GUARD, useExisting: ScopeGuard },
        { provide: APP_INTERCEPTOR, useClass: EnvelopeInterceptor },
        { provide: APP_INTERCEPTOR, useClass: GateInterceptor },
        { provide: APP_FILTER, useClass: ErrorsFilter },
      ],
    }
  }
}
