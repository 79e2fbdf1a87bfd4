// HTTP of tokenizations.

import type { CreateTokenization, ListQuery, PageQuery, Tokenization, TokenSample } from '@mistudio/contracts'
import { Controller } from '@nestjs/common'
import { BodyOf, IdParam, type Page, QueryOf, Serve } from '../common/route.js'
import { type Split, TokenizationsService } from './tokenizations.service.js'

@Controller()
export class TokenizationsController {
  constructor(private readonly tokenizations: TokenizationsService) {}

  @Serve('createTokenization')
  create(@IdParam() datasetId: string, @BodyOf('createTokenization') body: CreateTokenization): Promise<Tokenization> {
    return this.tokenizations.create(datasetId, body)
  }

  @Serve('listTokenizations')
  list(@QueryOf('listTokenizations') query: ListQuery): Promise<Page<Tokenization>> {
    return this.tokenizations.list(query)
  }

  @Serve('getTokenization')
  get(@IdParam() id: string): Promise<Tokenization> {
    return this.tokenizations.get(id)
  }

  @Serve('tokenizationSamples')
  samples(
    @IdParam() id: string,
    @QueryOf('tokenizationSamples') query: PageQuery & { split: Split },
  ): Promise<Page<TokenSample>> {
    return this.tokenizations.samples(id, query.split, query)
  }

  @Serve('deleteTokenization')
  async remove(@IdParam() id: string): Promise<null> {
    await this.tokenizations.remove(id)
    return null
  }
}
