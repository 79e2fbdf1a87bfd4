// HTTP of the machine and of health.

import type { CheckStored, Health, Job, StoredData, SystemInfo, SystemSample, Worker } from '@mistudio/contracts'
import { Controller, Res } from '@nestjs/common'
import type { Response } from 'express'
import { BodyOf, Serve } from '../common/route.js'
import { StoredDataService } from './stored-data.service.js'
import { SystemService } from './system.service.js'

@Controller()
export class SystemController {
  constructor(
    private readonly system: SystemService,
    private readonly stored: StoredDataService,
  ) {}

  /** 200 when every part answers, 503 with the same body when one does not. */
  @Serve('health')
  async health(@Res({ passthrough: true }) response: Response): Promise<Health> {
    const health = await this.system.health()
    if (!health.ok) response.status(503)
    return health
  }

  @Serve('ping')
  ping(): 'pong' {
    return 'pong'
  }

  @Serve('systemInfo')
  info(): Promise<SystemInfo> {
    return this.system.info()
  }

  @Serve('systemSample')
  sample(): Promise<SystemSample> {
    return this.system.sample()
  }

  @Serve('systemHistory')
  history(): readonly SystemSample[] {
    return this.system.history()
  }

  @Serve('storedData')
  storedData(): Promise<StoredData> {
    return this.stored.get()
  }

  @Serve('checkStored')
  checkStored(@BodyOf('checkStored') body: CheckStored): Promise<Job> {
    return this.stored.check(body)
  }

  @Serve('listWorkers')
  workers(): Promise<Worker[]> {
    return this.system.workers()
  }
}
