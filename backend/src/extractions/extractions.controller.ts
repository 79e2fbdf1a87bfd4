// HTTP of extractions.

import type { CreateExtraction, Extraction, ListQuery } from '@mistudio/contracts'
import { Controller } from '@nestjs/common'
import { BodyOf, IdParam, type Page, QueryOf, Serve } from '../common/route.js'
import { ExtractionsService } from './extractions.service.js'

@Controller()
export class ExtractionsController {
  constructor(private readonly extractions: ExtractionsService) {}

  @Serve('listExtractions')
  list(@QueryOf('listExtractions') query: ListQuery): Promise<Page<Extraction>> {
    return this.extractions.list(query)
  }

  @Serve('createExtraction')
  create(@BodyOf('createExtraction') body: CreateExtraction): Promise<Extraction> {
    return this.extractions.create(body)
  }

  @Serve('getExtraction')
  get(@IdParam() id: string): Promise<Extraction> {
    return this.extractions.get(id)
  }

  @Serve('deleteExtraction')
  async remove(@IdParam() id: string): Promise<null> {
    await this.extractions.remove(id)
    return null
  }
}
