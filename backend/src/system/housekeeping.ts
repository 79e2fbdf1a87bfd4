// At the start and once an hour: ended questions and forgotten uploads older than a day go, and parts of uploads that no row names.
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common'
import { FolderUploadsService } from '../files/folder-uploads.service.js'
import { JobsRepository } from '../jobs/jobs.repository.js'

const EVERY_MS = 3_600_000

@Injectable()
export class Housekeeping implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Housekeeping')
  private timer: NodeJS.Timeout | undefined

  constructor(
    private readonly jobs: JobsRepository,
    private readonly folders: FolderUploadsService,
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
      await this.jobs.pruneQuestions()
      await this.folders.prune()
    } catch (error) {
      this.logger.warn(`Housekeeping failed: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
}
