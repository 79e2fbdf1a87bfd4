// Rules for training templates: settings kept under a name, and the file in which they travel.
import {
  AppError,
  type CreateTemplate,
  type ListQuery,
  TEMPLATE_FORMAT,
  type Template,
  type TemplateFile,
  type UpdateTemplate,
} from '@mistudio/contracts'
import { Injectable } from '@nestjs/common'
import { requireSeen } from '../common/edit.js'
import { pageOf } from '../common/list.js'
import type { Page } from '../common/route.js'
import { editableOf, TemplatesRepository } from './templates.repository.js'

@Injectable()
export class TemplatesService {
  constructor(private readonly repository: TemplatesRepository) {}

  async list(query: ListQuery): Promise<Page<Template>> {
    const { rows, found } = await this.repository.list(query)
    return pageOf(rows, found, query)
  }

  async get(id: string): Promise<Template> {
    const template = await this.repository.find(id)
    if (!template) throw new AppError('not_found', 'There is no such template.')
    return template
  }

  async create(body: CreateTemplate): Promise<Template> {
    const [template] = await this.repository.create([body])
    if (!template) throw new Error('the template was not stored')
    return template
  }

  update(id: string, body: UpdateTemplate, seen: string | null): Promise<Template> {
    return this.repository.update(id, body, (now) => requireSeen(seen, editableOf(now)))
  }

  async remove(id: string): Promise<void> {
    await this.get(id)
    await this.repository.remove(id)
  }

  /** All templates as a file that another installation imports. */
  async export(): Promise<TemplateFile> {
    const templates = (await this.repository.all()).map(({ name, description, params }) => {
      return { name, description, params }
    })
    if (templates.length === 0) throw new AppError('not_found', 'There is no template to export yet.')
    return { format: TEMPLATE_FORMAT, version: 1, templates }
  }

  import({ templates }: TemplateFile): Promise<Template[]> {
    return this.repository.create(templates)
  }
}
