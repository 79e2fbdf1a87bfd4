// HTTP of folders that come from the browser in pieces.
import {
  AppError,
  type CreateFolderUpload,
  type FolderUpload,
  parseContentRange,
  type UploadedFile,
} from '@mistudio/contracts'
import { Controller, Req } from '@nestjs/common'
import type { Request } from 'express'
import { BodyOf, IdParam, IndexParam, Serve } from '../common/route.js'
import { FolderUploadsService } from './folder-uploads.service.js'

@Controller()
export class FolderUploadsController {
  constructor(private readonly uploads: FolderUploadsService) {}

  @Serve('listFolderUploads')
  list(): Promise<FolderUpload[]> {
    return this.uploads.list()
  }

  @Serve('createFolderUpload')
  create(@BodyOf('createFolderUpload') body: CreateFolderUpload): Promise<FolderUpload> {
    return this.uploads.create(body)
  }

  @Serve('getFolderUpload')
  get(@IdParam() id: string): Promise<FolderUpload> {
    return this.uploads.get(id)
  }

  /** The body is a piece of the file; `Content-Range: bytes first-last/size` says which. */
  @Serve('uploadPiece')
  async takePiece(@IdParam() id: string, @IndexParam() index: number, @Req() request: Request): Promise<UploadedFile> {
    const range = parseContentRange(request.headers['content-range'])
    if (!range)
      throw new AppError('bad_request', 'A piece of a file needs the header "Content-Range: bytes first-last/size".')
    const declared = request.headers['content-length']
    if (declared !== undefined && Number(declared) !== range.length)
      throw new AppError('bad_request', `Content-Range names ${range.length} bytes, the body has ${declared}.`)
    return this.uploads.takePiece(id, index, range, request)
  }

  @Serve('deleteFolderUpload')
  async remove(@IdParam() id: string): Promise<null> {
    await this.uploads.remove(id)
    return null
  }
}
