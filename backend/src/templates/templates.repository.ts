// Rows of training templates.
import { randomUUID } from 'node:crypto'
import type { CreateTemplate, ListQuery, Template, UpdateTemplate } from '@mistudio/contracts'
import { AppError, TrainingParamsSchema } from '@mistudio/contracts'
import { Injectable } from '@nestjs/common'
import { Database, toJson } from '../common/database.js'
import { versionOf } from '../common/edit.js'
import { asCounted, type Found, inOrder, type Listing, pageOfIds } from '../common/list.js'
import { iso } from '../common/time.js'
import type { TrainingTemplate } from '../generated/prisma/client.js'

const LISTING: Listing = {
  from: 'training_template t',
  id: 't.id',
  subject: null,
  search: ['t.name', 't.description'],
  sort: { name: asCounted('t.name'), createdAt: 't.created_at', updatedAt: 't.updated_at' },
}

@Injectable()
export class TemplatesRepository {
  constructor(private readonly database: Database) {}

  async list(query: ListQuery): Promise<{ rows: Template[]; found: Found }> {
    const { ids, ...found } = await pageOfIds(this.database.pool, LISTING, query)
    const rows = await this.database.prisma.trainingTemplate.findMany({ where: { id: { in: [...ids] } } })
    return { rows: inOrder(ids, rows).map(toTemplate), found }
  }

  async all(): Promise<Template[]> {
    const rows = await this.database.prisma.trainingTemplate.findMany({ orderBy: [{ name: 'asc' }, { id: 'asc' }] })
    return rows.map(toTemplate)
  }

  async find(id: string): Promise<Template | null> {
    const row = await this.database.prisma.trainingTemplate.findUnique({ where: { id } })
    return row ? toTemplate(row) : null
  }

  /** All or none. */
  create(templates: readonly CreateTemplate[]): Promise<Template[]> {
    return this.database.transaction(async (tx) => {
      const created: Template[] = []
      for (const { name, description, params } of templates) {
        const data = { id: randomUUID(), name, description, params: toJson(params) }
        created.push(toTemplate(await tx.trainingTemplate.create({ data })))
      }
      return created
    })
  }

  /** @param check sees the template as it is now. @throws AppError `not_found`. */
  async update(
    id: string,
    { name, description, params }: UpdateTemplate,
    check: (now: Template) => void,
  ): Promise<Template> {
    const data = {
      updatedAt: new Date(),
      ...(name === undefined ? {} : { name }),
      ...(description === undefined ? {} : { description }),
      ...(params === undefined ? {} : { params: toJson(params) }),
    }
    return this.database.transaction(async (tx) => {
      await tx.$executeRaw`SELECT 1 FROM training_template WHERE id = ${id}::uuid FOR UPDATE`
      const row = await tx.trainingTemplate.findUnique({ where: { id } })
      if (!row) throw new AppError('not_found', 'There is no such template.')
      check(toTemplate(row))
      return toTemplate(await tx.trainingTemplate.update({ where: { id }, data }))
    })
  }

  async remove(id: string): Promise<void> {
    await this.database.prisma.trainingTemplate.deleteMany({ where: { id } })
  }
}

/** What can be edited of a template, and so what its version is of. */
export const editableOf = ({ name, description, params }: Pick<Template, 'name' | 'description' | 'params'>) => ({
  name,
  description,
  params,
})

function toTemplate(row: TrainingTemplate): Template {
  const { id, name, description } = row
  const editable = editableOf({ name, description, params: TrainingParamsSchema.parse(row.params) })
  const times = { createdAt: iso(row.createdAt), updatedAt: iso(row.updatedAt) }
  return { id, ...editable, ...times, version: versionOf(editable) }
}
