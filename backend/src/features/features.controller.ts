// HTTP of features.

import type {
  AnnotateFeatureSchema,
  AnnotationSchema,
  Feature,
  FeatureListQuery,
  FeatureRow,
  ProbeResult,
} from '@mistudio/contracts'
import { Controller } from '@nestjs/common'
import type { z } from 'zod'
import { Seen } from '../common/edit.js'
import { BodyOf, IdParam, IndexParam, type Page, QueryOf, Serve } from '../common/route.js'
import { FeaturesService } from './features.service.js'

@Controller()
export class FeaturesController {
  constructor(private readonly features: FeaturesService) {}

  @Serve('listFeatures')
  list(@IdParam() id: string, @QueryOf('listFeatures') query: FeatureListQuery): Promise<Page<FeatureRow>> {
    return this.features.list(id, query)
  }

  @Serve('getFeature')
  get(@IdParam() id: string, @IndexParam() index: number): Promise<Feature> {
    return this.features.get(id, index)
  }

  @Serve('probeFeature')
  probe(
    @IdParam() id: string,
    @IndexParam() index: number,
    @BodyOf('probeFeature') body: { text: string },
  ): Promise<ProbeResult> {
    return this.features.probe(id, index, body.text)
  }

  @Serve('annotateFeature')
  annotate(
    @IdParam() saeId: string,
    @IndexParam() index: number,
    @BodyOf('annotateFeature') body: z.infer<typeof AnnotateFeatureSchema>,
    @Seen() seen: string | null,
  ): Promise<z.infer<typeof AnnotationSchema>> {
    return this.features.annotate(saeId, index, body, seen)
  }
}
