// HTTP of features.

import type {
  AnnotateFeatureSchema,
  AnnotateFeatures,
  AnnotationSchema,
  DensityHistogram,
  Feature,
  FeatureFilter,
  FeatureListQuery,
  FeatureProbe,
  FeatureRow,
  ProbeFeature,
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

  @Serve('listFeatureIndices')
  indices(@IdParam() id: string, @QueryOf('listFeatureIndices') query: FeatureFilter): Promise<{ indices: number[] }> {
    return this.features.indices(id, query)
  }

  @Serve('densityHistogram')
  densities(@IdParam() id: string): Promise<DensityHistogram> {
    return this.features.densities(id)
  }

  @Serve('getFeature')
  get(@IdParam() id: string, @IndexParam() index: number): Promise<Feature> {
    return this.features.get(id, index)
  }

  @Serve('probeFeature')
  probe(
    @IdParam() id: string,
    @IndexParam() index: number,
    @BodyOf('probeFeature') body: ProbeFeature,
  ): Promise<FeatureProbe> {
    return this.features.probe(id, index, body)
  }

  @Serve('annotateFeatures')
  annotateMany(
    @IdParam() saeId: string,
    @BodyOf('annotateFeatures') body: AnnotateFeatures,
  ): Promise<{ changed: number }> {
    return this.features.annotateMany(saeId, body)
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
