// HTTP of activation captures, and download of their files.
import type { Capture, CaptureComparison, CompareCapturesQuery, CreateCapture, ListQuery } from '@mistudio/contracts'
import { Controller, Param, StreamableFile } from '@nestjs/common'
import { BodyOf, IdParam, type Page, QueryOf, Serve, ServeRaw } from '../common/route.js'
import { ActivationsService } from './activations.service.js'

@Controller()
export class ActivationsController {
  constructor(private readonly activations: ActivationsService) {}

  @Serve('listCaptures')
  list(@QueryOf('listCaptures') query: ListQuery): Promise<Page<Capture>> {
    return this.activations.list(query)
  }

  @Serve('createCapture')
  create(@BodyOf('createCapture') body: CreateCapture): Promise<Capture> {
    return this.activations.create(body)
  }

  @Serve('getCapture')
  get(@IdParam() id: string): Promise<Capture> {
    return this.activations.get(id)
  }

  @Serve('compareCaptures')
  compare(@IdParam() id: string, @QueryOf('compareCaptures') query: CompareCapturesQuery): Promise<CaptureComparison> {
    return this.activations.compare(id, query)
  }

  @Serve('deleteCapture')
  async remove(@IdParam() id: string): Promise<null> {
    await this.activations.remove(id)
    return null
  }

  @ServeRaw('GET', '/captures/:id/files/:name', 'read')
  async download(@IdParam() id: string, @Param('name') name: string): Promise<StreamableFile> {
    const { stream, size } = await this.activations.file(id, name)
    const disposition = `attachment; filename="${name}"`
    return new StreamableFile(stream, { disposition, length: size, type: 'application/octet-stream' })
  }
}
