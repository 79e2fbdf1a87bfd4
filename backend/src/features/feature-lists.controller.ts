// HTTP of feature lists.
import type { CreateFeatureList, FeatureList, UpdateFeatureList } from '@mistudio/contracts'
import { Controller } from '@nestjs/common'
import { Seen } from '../common/edit.js'
import { BodyOf, IdParam, Serve } from '../common/route.js'
import { FeatureListsService } from './feature-lists.service.js'

@Controller()
export class FeatureListsController {
  constructor(private readonly lists: FeatureListsService) {}

  @Serve('listFeatureLists')
  list(@IdParam() saeId: string): Promise<FeatureList[]> {
    return this.lists.of(saeId)
  }

  @Serve('createFeatureList')
  create(@IdParam() saeId: string, @BodyOf('createFeatureList') body: CreateFeatureList): Promise<FeatureList> {
    return this.lists.create(saeId, body)
  }

  @Serve('updateFeatureList')
  update(
    @IdParam() id: string,
    @BodyOf('updateFeatureList') body: UpdateFeatureList,
    @Seen() seen: string | null,
  ): Promise<FeatureList> {
    return this.lists.update(id, body, seen)
  }

  @Serve('deleteFeatureList')
  async remove(@IdParam() id: string): Promise<null> {
    await this.lists.remove(id)
    return null
  }
}
