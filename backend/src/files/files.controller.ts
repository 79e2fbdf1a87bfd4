// HTTP of the file picker and of uploads.

import { type Browse, UPLOAD_PATH, type Upload, UploadQuerySchema } from '@mistudio/contracts'
import { Controller, Query, Req } from '@nestjs/common'
import type { Request } from 'express'
import { parseInput } from '../common/parse.js'
import { IdParam, QueryOf, Serve, ServeRaw } from '../common/route.js'
import { FilesService } from './files.service.js'

@Controller()
export class FilesController {
  constructor(private readonly files: FilesService) {}

  @Serve('browseFiles')
  browse(@QueryOf('browseFiles') query: { path?: string }): Promise<Browse> {
    return this.files.browse(query.path)
  }

  /** The body is the file itself, read as a stream. */
  @ServeRaw('POST', UPLOAD_PATH, 'write')
  async upload(@Query() query: unknown, @Req() request: Request): Promise<{ data: Upload }> {
    const { name } = parseInput(UploadQuerySchema, query, 'The query')
    const declared = Number(request.headers['content-length'] ?? Number.NaN)
    return { data: await this.files.upload(name, request, Number.isFinite(declared) ? declared : null) }
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
