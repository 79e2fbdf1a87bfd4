// HTTP of training templates.
import type { CreateTemplate, ListQuery, Template, TemplateFile, UpdateTemplate } from '@mistudio/contracts'
import { Controller } from '@nestjs/common'
import { Seen } from '../common/edit.js'
import { BodyOf, IdParam, type Page, QueryOf, Serve } from '../common/route.js'
import { TemplatesService } from './templates.service.js'

@Controller()
export class TemplatesController {
  constructor(private readonly templates: TemplatesService) {}

  @Serve('listTemplates')
  list(@QueryOf('listTemplates') query: ListQuery): Promise<Page<Template>> {
    return this.templates.list(query)
  }

  @Serve('createTemplate')
  create(@BodyOf('createTemplate') body: CreateTemplate): Promise<Template> {
    return this.templates.create(body)
  }

  // Before `/templates/:id`, which would take "export" for an id.
  @Serve('exportTemplates')
  export(): Promise<TemplateFile> {
    return this.templates.export()
  }

  @Serve('importTemplates')
  import(@BodyOf('importTemplates') body: TemplateFile): Promise<Template[]> {
    return this.templates.import(body)
  }

  @Serve('getTemplate')
  get(@IdParam() id: string): Promise<Template> {
    return this.templates.get(id)
  }

  @Serve('updateTemplate')
  update(
    @IdParam() id: string,
    @BodyOf('updateTemplate') body: UpdateTemplate,
    @Seen() seen: string | null,
  ): Promise<Template> {
    return this.templates.update(id, body, seen)
  }

  @Serve('deleteTemplate')
  async remove(@IdParam() id: string): Promise<null> {
    await this.templates.remove(id)
    return null
  }
}
