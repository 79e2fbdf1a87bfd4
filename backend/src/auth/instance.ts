// What tells this installation from another on the same host: cookies of a host go to all its ports, so each has a name of its own.
import { randomBytes } from 'node:crypto'
import { SESSION_COOKIE } from '@mistudio/contracts'
import { Injectable } from '@nestjs/common'
import { z } from 'zod'
import { Database } from '../common/database.js'

const KEY = 'instance'

@Injectable()
export class Instance {
  private name: string | null = null

  constructor(private readonly database: Database) {}

  /** Reads the installation's name, made once for all processes that share the database. */
  async load(): Promise<void> {
    const fresh = JSON.stringify(randomBytes(4).toString('hex'))
    await this.database.prisma.$executeRaw`
      INSERT INTO setting (key, value) VALUES (${KEY}, ${fresh}::jsonb) ON CONFLICT (key) DO NOTHING`
    const { value } = await this.database.prisma.setting.findUniqueOrThrow({ where: { key: KEY } })
    this.name = z.string().parse(value)
  }

  /** Name of the session cookie. */
  get cookie(): string {
    if (this.name === null) throw new Error('the instance was not loaded')
    return `${SESSION_COOKIE}_${this.name}`
  }
}
