// HTTP of activation captures, and download of their files.
import type { Capture, CaptureComparison, CompareCapturesQuery, CreateCapture, ListQuery } from '@mistudio/contracts'
import { Controller, Param, StreamableFile } from '@nestjs/common'
import { BodyOf, IdParam, type Page, QueryOf, Serve } from '../common/route.js'
import { CapturesService } from './captures.service.js'

@Controller()
export class CapturesController {
  constructor(private readonly captures: CapturesService) {}

  @Serve('listCaptures')
  list(@QueryOf('listCaptures') query: ListQuery): Promise<Page<Capture>> {
    return this.captures.list(query)
  }

  @Serve('createCapture')
  create(@BodyOf('createCapture') body: CreateCapture): Promise<Capture> {
    return this.captures.create(body)
  }

  @Serve('getCapture')
  get(@IdParam() id: string): Promise<Capture> {
    return this.captures.get(id)
  }

  @Serve('compareCaptures')
  compare(@IdParam() id: string, @QueryOf('compareCaptures') query: CompareCapturesQuery): Promise<CaptureComparison> {
    return this.captures.compare(id, query)
  }

  @Serve('deleteCapture')
  async remove(@IdParam() id: string): Promise<null> {
    await this.captures.remove(id)
    return null
  }

  @Serve('captureFile')
  async download(@IdParam() id: string, @Param('name') name: string): Promise<StreamableFile> {
    const { stream, size } = await this.captures.file(id, name)
    const disposition = `attachment; filename="${name}"`
    return new StreamableFile(stream, { disposition, length: size, type: 'application/octet-stream' })
  }
}
