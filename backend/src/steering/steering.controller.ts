// HTTP of steering.

import type { ChatPreview, ChatPreviewRequest, CreateSteering, ListQuery, Steering } from '@mistudio/contracts'
import { Controller } from '@nestjs/common'
import { Seen } from '../common/edit.js'
import { BodyOf, IdParam, type Page, QueryOf, Serve } from '../common/route.js'
import { SteeringService } from './steering.service.js'

@Controller()
export class SteeringController {
  constructor(private readonly steering: SteeringService) {}

  @Serve('listSteering')
  list(@QueryOf('listSteering') query: ListQuery): Promise<Page<Steering>> {
    return this.steering.list(query)
  }

  @Serve('createSteering')
  create(@BodyOf('createSteering') body: CreateSteering): Promise<Steering> {
    return this.steering.create(body)
  }

  @Serve('previewChat')
  previewChat(@BodyOf('previewChat') body: ChatPreviewRequest): Promise<ChatPreview> {
    return this.steering.previewChat(body)
  }

  @Serve('getSteering')
  get(@IdParam() id: string): Promise<Steering> {
    return this.steering.get(id)
  }

  @Serve('updateSteering')
  rename(
    @IdParam() id: string,
    @BodyOf('updateSteering') body: { name: string | null },
    @Seen() seen: string | null,
  ): Promise<Steering> {
    return this.steering.rename(id, body.name, seen)
  }

  @Serve('deleteSteering')
  async remove(@IdParam() id: string): Promise<null> {
    await this.steering.remove(id)
    return null
  }
}
