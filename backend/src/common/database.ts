// The connection to PostgreSQL: Prisma for rows, a plain pool for statements Prisma has no words for. Both share one pool.
import type { Sql } from '@mistudio/sql'
import { Injectable, type OnApplicationShutdown } from '@nestjs/common'
import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { type Prisma, PrismaClient } from '../generated/prisma/client.js'
import { AppConfig } from './config.js'

/** A running transaction; repositories take it so that several rooms can write together. */
export type Tx = Prisma.TransactionClient

@Injectable()
export class Database implements OnApplicationShutdown {
  readonly pool: pg.Pool
  readonly prisma: PrismaClient

  constructor(config: AppConfig) {
    this.pool = new pg.Pool({ connectionString: config.databaseUrl, max: 12, connectionTimeoutMillis: 5000 })
    // An idle connection that breaks is replaced at the next query; without a listener it would end the process.
    this.pool.on('error', () => undefined)
    this.prisma = new PrismaClient({ adapter: new PrismaPg(this.pool) })
  }

  /** Runs `work` in one transaction of at most 30 s. */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.prisma.$transaction(work, { timeout: 30_000, maxWait: 10_000 })
  }

  async onApplicationShutdown(): Promise<void> {
    await this.prisma.$disconnect()
    await this.pool.end()
  }
}

/** A running transaction as statements of our packages take it. */
export const sqlOf = (tx: Tx): Sql => ({
  query: async (text, values = []) => ({ rows: await tx.$queryRawUnsafe(text, ...values) }),
})

/** A value on its way into a JSON column: what JSON cannot hold (undefined members) is dropped here, not by the driver. */
export const toJson = (value: unknown): Prisma.InputJsonValue => JSON.parse(JSON.stringify(value))
