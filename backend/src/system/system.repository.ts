// Rows of worker processes, and the database's own sign of life.
import { Injectable } from '@nestjs/common'
import { Database } from '../common/database.js'
import type { WorkerProcess } from '../generated/prisma/client.js'

@Injectable()
export class SystemRepository {
  constructor(private readonly database: Database) {}

  workers(): Promise<WorkerProcess[]> {
    return this.database.prisma.workerProcess.findMany({ orderBy: { heartbeatAt: 'desc' }, take: 100 })
  }

  async ping(): Promise<void> {
    await this.database.pool.query('SELECT 1')
  }
}
