// HTTP of SAEs: imports, self-checks, exports, and download of their files.
import type {
  CheckSae,
  CreateSae,
  Describe,
  ExportSae,
  HubSaes,
  HubSaesQuery,
  Job,
  ListQuery,
  PublishSae,
  Sae,
  SaeCard,
  SaeExport,
  SaeInspection,
  SaeSource,
} from '@mistudio/contracts'
import { Controller, Param, StreamableFile } from '@nestjs/common'
import { Seen } from '../common/edit.js'
import { BodyOf, IdParam, type Page, QueryOf, Serve } from '../common/route.js'
import type { StoredFile } from '../common/stored-file.js'
import { SaeExportsService } from './sae-exports.service.js'
import { SaeImportsService } from './sae-imports.service.js'
import { SaesService } from './saes.service.js'

@Controller()
export class SaesController {
  constructor(
    private readonly saes: SaesService,
    private readonly imports: SaeImportsService,
    private readonly exports: SaeExportsService,
  ) {}

  @Serve('listSaes')
  list(@QueryOf('listSaes') query: ListQuery): Promise<Page<Sae>> {
    return this.saes.list(query)
  }

  // Before the routes with an id, which would take "hub" for one.
  @Serve('hubSaes')
  hub(@QueryOf('hubSaes') query: HubSaesQuery): Promise<HubSaes> {
    return this.imports.hub(query)
  }

  @Serve('inspectSae')
  inspect(@BodyOf('inspectSae') body: { source: SaeSource }): Promise<SaeInspection> {
    return this.imports.inspect(body.source)
  }

  @Serve('createSae')
  create(@BodyOf('createSae') body: CreateSae): Promise<Sae> {
    return this.imports.create(body)
  }

  @Serve('getSae')
  get(@IdParam() id: string): Promise<Sae> {
    return this.saes.get(id)
  }

  @Serve('updateSae')
  describe(@IdParam() id: string, @BodyOf('updateSae') body: Describe, @Seen() seen: string | null): Promise<Sae> {
    return this.saes.describe(id, body, seen)
  }

  @Serve('deleteSae')
  async remove(@IdParam() id: string): Promise<null> {
    await this.saes.remove(id)
    return null
  }

  @Serve('checkSae')
  check(@IdParam() id: string, @BodyOf('checkSae') body: CheckSae): Promise<Job> {
    return this.imports.check(id, body)
  }

  @Serve('listSaeExports')
  listExports(@IdParam() id: string): Promise<SaeExport[]> {
    return this.exports.list(id)
  }

  @Serve('exportSae')
  export(@IdParam() id: string, @BodyOf('exportSae') body: ExportSae): Promise<Job> {
    return this.exports.export(id, body)
  }

  @Serve('saeCard')
  card(@IdParam() id: string): Promise<SaeCard> {
    return this.exports.card(id)
  }

  @Serve('publishSae')
  publish(@IdParam() id: string, @BodyOf('publishSae') body: PublishSae): Promise<Job> {
    return this.exports.publish(id, body)
  }

  @Serve('saeFile')
  async download(@IdParam() id: string, @Param('name') name: string): Promise<StreamableFile> {
    return streamed(await this.saes.file(id, name), 'application/octet-stream')
  }

  @Serve('saeExportFile')
  async archive(@IdParam() id: string, @Param('layout') layout: string): Promise<StreamableFile> {
    return streamed(await this.exports.file(id, layout), 'application/zip')
  }
}

function streamed(file: StoredFile & { name: string }, type: string): StreamableFile {
  const disposition = `attachment; filename="${file.name}"`
  return new StreamableFile(file.stream, { disposition, length: file.size, type })
}
