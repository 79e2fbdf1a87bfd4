// Rows of training templates.
import { randomUUID } from 'node:crypto'
import type { CreateTemplate, Template, UpdateTemplate } from '@mistudio/contracts'
import { TrainingParamsSchema } from '@mistudio/contracts'
import { Injectable } from '@nestjs/common'
import { Database, toJson } from '../common/database.js'
import { iso } from '../common/time.js'
import type { TrainingTemplate } from '../generated/prisma/client.js'

@Injectable()
export class TemplatesRepository {
  constructor(private readonly database: Database) {}

  async list(): Promise<Template[]> {
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

  async update(id: string, { name, description, params }: UpdateTemplate): Promise<Template> {
    const data = {
      ...{ updatedAt: new Date() },
      ...(name === undefined ? {} : { name }),
      ...(description === undefined ? {} : { description }),
      ...(params === undefined ? {} : { params: toJson(params) }),
    }
    return toTemplate(await this.database.prisma.trainingTemplate.update({ where: { id }, data }))
  }

  async remove(id: string): Promise<void> {
    await this.database.prisma.trainingTemplate.deleteMany({ where: { id } })
  }
}

const toTemplate = (row: TrainingTemplate): Template => ({
  id: row.id,
  name: row.name,
  description: row.description,
  params: TrainingParamsSchema.parse(row.params),
  createdAt: iso(row.createdAt),
  updatedAt: iso(row.updatedAt),
})
