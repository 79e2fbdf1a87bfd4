// HTTP of the file picker and of uploads.

import type { Browse, Upload } from '@mistudio/contracts'
import { Controller, Req } from '@nestjs/common'
import type { Request } from 'express'
import { IdParam, QueryOf, Serve } from '../common/route.js'
import { FilesService } from './files.service.js'

@Controller()
export class FilesController {
  constructor(private readonly files: FilesService) {}

  @Serve('browseFiles')
  browse(@QueryOf('browseFiles') query: { path?: string }): Promise<Browse> {
    return this.files.browse(query.path)
  }

  /** The body is the file itself, read as a stream. */
  @Serve('uploadFile')
  upload(@QueryOf('uploadFile') { name }: { name: string }, @Req() request: Request): Promise<Upload> {
    const declared = Number(request.headers['content-length'] ?? Number.NaN)
    return this.files.upload(name, request, Number.isFinite(declared) ? declared : null)
  }

  @Serve('getUpload')
  getUpload(@IdParam() id: string): Promise<Upload> {
    return this.files.getUpload(id)
  }

  @Serve('deleteUpload')
  async deleteUpload(@IdParam() id: string): Promise<null> {
    await this.files.deleteUpload(id)
    return null
  }
}
