// Rows of worker processes, and the database's own sign of life.
import { readWorkers, type Told } from '@mistudio/ledger'
import { Injectable } from '@nestjs/common'
import { Database } from '../common/database.js'

@Injectable()
export class SystemRepository {
  constructor(private readonly database: Database) {}

  workers(): Promise<Told[]> {
    return readWorkers(this.database.pool)
  }

  async ping(): Promise<void> {
    await this.database.pool.query('SELECT 1')
  }
}
