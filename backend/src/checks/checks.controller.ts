// HTTP of the check of an installation.
import type { Job } from '@mistudio/contracts'
import { Controller } from '@nestjs/common'
import { Serve } from '../common/route.js'
import { ChecksService } from './checks.service.js'

@Controller()
export class ChecksController {
  constructor(private readonly checks: ChecksService) {}

  @Serve('checkInstallation')
  start(): Promise<Job> {
    return this.checks.start()
  }
}
