// HTTP of the hub room.

import type {
  CreateHubDownload,
  HubInspectionAnswer,
  HubLocal,
  HubSearchQuery,
  HubSearchResult,
  HubToken,
  InspectHub,
  Model,
} from '@mistudio/contracts'
import { Controller } from '@nestjs/common'
import { BodyOf, QueryOf, Serve } from '../common/route.js'
import { HubService } from './hub.service.js'

@Controller()
export class HubController {
  constructor(private readonly hub: HubService) {}

  @Serve('hubLocal')
  local(): Promise<HubLocal> {
    return this.hub.local()
  }

  @Serve('searchHub')
  search(@QueryOf('searchHub') query: HubSearchQuery): Promise<HubSearchResult> {
    return this.hub.search(query)
  }

  @Serve('inspectHub')
  inspect(@BodyOf('inspectHub') body: InspectHub): Promise<HubInspectionAnswer> {
    return this.hub.inspect(body)
  }

  @Serve('createHubDownload')
  download(@BodyOf('createHubDownload') body: CreateHubDownload): Promise<Model> {
    return this.hub.download(body)
  }

  @Serve('getHubToken')
  token(): Promise<HubToken> {
    return this.hub.token()
  }

  @Serve('setHubToken')
  setToken(@BodyOf('setHubToken') body: { token: string }): Promise<HubToken> {
    return this.hub.setToken(body.token)
  }

  @Serve('deleteHubToken')
  deleteToken(): Promise<HubToken> {
    return this.hub.deleteToken()
  }
}
