// HTTP of SAEs, and download of their files.
import { createReadStream } from 'node:fs'
import type { Sae } from '@mistudio/contracts'
import { Controller, Param, StreamableFile } from '@nestjs/common'
import { BodyOf, IdParam, Serve, ServeRaw } from '../common/route.js'
import { SaesService } from './saes.service.js'

@Controller()
export class SaesController {
  constructor(private readonly saes: SaesService) {}

  @Serve('listSaes')
  list(): Promise<Sae[]> {
    return this.saes.list()
  }

  @Serve('getSae')
  get(@IdParam() id: string): Promise<Sae> {
    return this.saes.get(id)
  }

  @Serve('updateSae')
  rename(@IdParam() id: string, @BodyOf('updateSae') body: { name: string }): Promise<Sae> {
    return this.saes.rename(id, body.name)
  }

  @Serve('deleteSae')
  async remove(@IdParam() id: string): Promise<null> {
    await this.saes.remove(id)
    return null
  }

  @ServeRaw('GET', '/saes/:id/files/:name', 'read')
  async download(@IdParam() id: string, @Param('name') name: string): Promise<StreamableFile> {
    const file = await this.saes.file(id, name)
    const disposition = `attachment; filename="${file.name}"`
    return new StreamableFile(createReadStream(file.path), {
      disposition,
      length: file.size,
      type: 'application/octet-stream',
    })
  }
}
