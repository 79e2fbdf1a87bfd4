// Deleting what a user made: its users are asked, its jobs end, then rows and the job that removes its files change in one transaction
// that nobody can start anything under.
import { AppError } from '@mistudio/contracts'
import { Injectable } from '@nestjs/common'
import { Database, type Tx } from '../common/database.js'
import { type Held, takeRows } from '../common/hold.js'
import { type User, usersError } from '../common/users-error.js'
import { JobsService } from '../jobs/jobs.service.js'
import type { RemovalTarget } from './files.service.js'

export interface Removal {
  /** Name of what is deleted, for the job and for refusals. */
  readonly title: string
  /** Rows that go. Their jobs are ended first. */
  readonly rows: readonly Held[]
  /** Files that go; empty: there are none. */
  readonly files: readonly RemovalTarget[]
  /** Who needs it still; asked again when nobody new can come. */
  users?(db: Tx): Promise<User[]>
  remove(tx: Tx): Promise<void>
}

/** How often a deletion begins anew because something was started on its rows meanwhile. */
const TRIES = 3

/** What was planned no longer is all there is to delete: plan anew. */
export class PlanOvertaken extends Error {}

@Injectable()
export class RemovalService {
  constructor(
    private readonly database: Database,
    private readonly jobs: JobsService,
  ) {}

  /** @throws AppError `in_use`, `not_found`, `conflict` when something new is started on it again and again. */
  async remove(plan: () => Promise<Removal>): Promise<void> {
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      const removal = await plan()
      await refuseUsers(removal, this.database.prisma)
      await this.jobs.cancelAllOf(removal.rows.map(({ id }) => id))
      try {
        return await this.commit(removal)
      } catch (error) {
        if (!(error instanceof PlanOvertaken)) throw error
      }
    }
    throw new AppError('conflict', 'Work on it is started again and again right now. Try again in a moment.')
  }

  private async commit(removal: Removal): Promise<void> {
    const [first] = removal.rows
    const work = async (tx: Tx): Promise<void> => {
      await takeRows(tx, removal.rows)
      await refuseUsers(removal, tx)
      const ids = removal.rows.map(({ id }) => id)
      if ((await this.jobs.activeOf(ids, tx)).length > 0) throw new PlanOvertaken()
      await removal.remove(tx)
    }
    if (!first || removal.files.length === 0) return this.database.transaction(work)
    const params = { targets: removal.files }
    const job = { kind: 'files.remove', subjectId: first.id, title: removal.title } as const
    await this.jobs.submit({ ...job, params }, work)
  }
}

async function refuseUsers(removal: Removal, db: Tx): Promise<void> {
  const users = (await removal.users?.(db)) ?? []
  if (users.length > 0) throw usersError(removal.title, users)
}
