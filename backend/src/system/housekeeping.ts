// At the start and once an hour: ended questions and forgotten uploads older than a day go, and parts of uploads that no row names.
// What was not looked at for a week is read again when nothing else is to be done.
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common'
import { FolderUploadsService } from '../files/folder-uploads.service.js'
import { JobsRepository } from '../jobs/jobs.repository.js'
import { StoredDataService } from './stored-data.service.js'

const EVERY_MS = 3_600_000

@Injectable()
export class Housekeeping implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Housekeeping')
  private timer: NodeJS.Timeout | undefined

  constructor(
    private readonly jobs: JobsRepository,
    private readonly folders: FolderUploadsService,
    private readonly stored: StoredDataService,
  ) {}

  onApplicationBootstrap(): void {
    void this.tidy()
    this.timer = setInterval(() => void this.tidy(), EVERY_MS)
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer)
  }

  /** A failure is logged and tried again an hour later. */
  async tidy(): Promise<void> {
    try {
      await this.jobs.prune()
      await this.folders.prune()
      await this.stored.checkWhenIdle()
    } catch (error) {
      this.logger.warn(`Housekeeping failed: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
}
