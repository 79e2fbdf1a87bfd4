// All rooms of the backend.
import { type DynamicModule, Module } from '@nestjs/common'
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core'
import { AuthModule } from './auth/auth.module.js'
import { ScopeGuard } from './auth/scope.guard.js'
import { CapturesModule } from './captures/captures.module.js'
import { ChecksModule } from './checks/checks.module.js'
import { CommonModule } from './common/common.module.js'
import type { AppConfig } from './common/config.js'
import { EnvelopeInterceptor } from './common/envelope.interceptor.js'
import { ErrorsFilter } from './common/errors.filter.js'
import { GateInterceptor } from './common/gate.interceptor.js'
import { DatasetsModule } from './datasets/datasets.module.js'
import { ExtractionsModule } from './extractions/extractions.module.js'
import { FeaturesModule } from './features/features.module.js'
import { FilesModule } from './files/files.module.js'
import { HubModule } from './hub/hub.module.js'
import { JobsModule } from './jobs/jobs.module.js'
import { LiveModule } from './live/live.module.js'
import { PublisherModule } from './live/publisher.module.js'
import { ModelsModule } from './models/models.module.js'
import { SaesModule } from './saes/saes.module.js'
import { SettingsModule } from './settings/settings.module.js'
import { SteeringModule } from './steering/steering.module.js'
import { SystemModule } from './system/system.module.js'
import { TemplatesModule } from './templates/templates.module.js'
import { TrainingsModule } from './trainings/trainings.module.js'

const ROOMS = [
  AuthModule,
  JobsModule,
  SystemModule,
  SettingsModule,
  FilesModule,
  ModelsModule,
  HubModule,
  ChecksModule,
  DatasetsModule,
  TrainingsModule,
  TemplatesModule,
  SaesModule,
  ExtractionsModule,
  FeaturesModule,
  CapturesModule,
  SteeringModule,
]

@Module({})
export class AppModule {
  static with(config: AppConfig): DynamicModule {
    return {
      module: AppModule,
      imports: [CommonModule.with(config), PublisherModule, LiveModule, ...ROOMS],
      providers: [
        { provide: APP_GUARD, useClass: ScopeGuard },
        { provide: APP_INTERCEPTOR, useClass: EnvelopeInterceptor },
        { provide: APP_INTERCEPTOR, useClass: GateInterceptor },
        { provide: APP_FILTER, useClass: ErrorsFilter },
      ],
    }
  }
}
