// Rules for features: the list, the page of one feature, its annotation, and probing it with own text.

import {
  type AnnotateFeatureSchema,
  type AnnotateFeatures,
  type AnnotationSchema,
  AppError,
  type DensityHistogram,
  type Extraction,
  type Feature,
  type FeatureFilter,
  type FeatureListQuery,
  type FeatureProbe,
  type FeatureRow,
  type ProbeFeature,
} from '@mistudio/contracts'
import { Injectable } from '@nestjs/common'
import type { z } from 'zod'
import { requireSeen, versionOf } from '../common/edit.js'
import type { Page } from '../common/route.js'
import { ExtractionsService } from '../extractions/extractions.service.js'
import { QuestionsService } from '../jobs/questions.service.js'
import { SaesService } from '../saes/saes.service.js'
import { densityHistogram } from './densities.js'
import { FeaturesRepository } from './features.repository.js'

@Injectable()
export class FeaturesService {
  constructor(
    private readonly repository: FeaturesRepository,
    private readonly extractions: ExtractionsService,
    private readonly saes: SaesService,
    private readonly questions: QuestionsService,
  ) {}

  async list(extractionId: string, query: FeatureListQuery): Promise<Page<FeatureRow>> {
    const { saeId } = await this.extractions.requireReady(extractionId)
    const { items, total } = await this.repository.list(extractionId, saeId, query)
    return { items, meta: { total, offset: query.offset, limit: query.limit } }
  }

  /** Numbers of all features that fit, for whatever is done with all of them. */
  async indices(extractionId: string, query: FeatureFilter): Promise<{ indices: number[] }> {
    const { saeId } = await this.extractions.requireReady(extractionId)
    return { indices: await this.repository.indices(extractionId, saeId, query) }
  }

  async densities(extractionId: string): Promise<DensityHistogram> {
    await this.extractions.requireReady(extractionId)
    return densityHistogram(await this.repository.densities(extractionId))
  }

  async get(extractionId: string, index: number): Promise<Feature> {
    const { saeId } = await this.extractions.requireReady(extractionId)
    const detail = await this.repository.detail(extractionId, index)
    if (!detail) throw new AppError('not_found', `This extraction has no feature ${index}.`)
    const indices = [index, ...detail.neighbours.map((neighbour) => neighbour.index)]
    const [examples, beside, annotations] = await Promise.all([
      this.repository.examples(extractionId, index),
      this.repository.beside(extractionId, index, detail.max_activation),
      this.repository.annotations(saeId, indices),
    ])
    const { label = null, notes = '', starred = false } = annotations.get(index) ?? {}
    return {
      extractionId,
      saeId,
      index,
      label,
      notes,
      starred,
      version: versionOf({ label, notes }),
      density: detail.density,
      maxActivation: detail.max_activation,
      meanActivation: detail.mean_activation,
      firings: detail.firings,
      topTokens: detail.top_tokens ?? [],
      histogram: detail.histogram,
      quantileEdges: detail.quantile_edges ?? [],
      positiveLogits: detail.positive_logits,
      negativeLogits: detail.negative_logits,
      logitHistogram: detail.logit_histogram,
      neighbours: detail.neighbours.map((n) => ({ ...n, label: annotations.get(n.index)?.label ?? null })),
      examples,
      ...beside,
    }
  }

  /** Sets what is given and leaves the rest. An empty label means: none. */
  async annotate(
    saeId: string,
    index: number,
    body: z.infer<typeof AnnotateFeatureSchema>,
    seen: string | null,
  ): Promise<z.infer<typeof AnnotationSchema>> {
    const sae = await this.saes.get(saeId)
    if (index >= sae.dSae)
      throw new AppError('not_found', `"${sae.name}" has ${sae.dSae} features; there is no feature ${index}.`)
    const change = {
      ...(body.label === undefined ? {} : { label: body.label || null }),
      ...(body.notes === undefined ? {} : { notes: body.notes }),
      ...(body.starred === undefined ? {} : { starred: body.starred }),
    }
    const { label, notes, starred } = await this.repository.annotate(saeId, index, change, (now) =>
      requireSeen(seen, { label: now.label, notes: now.notes }),
    )
    return { index, label, notes, starred, version: versionOf({ label, notes }) }
  }

  /** Label and star of many features at once. A label that stands already is kept unless it is to be replaced. */
  async annotateMany(saeId: string, body: AnnotateFeatures): Promise<{ changed: number }> {
    const sae = await this.saes.get(saeId)
    const beyond = body.indices.find((index) => index >= sae.dSae)
    if (beyond !== undefined)
      throw new AppError('not_found', `"${sae.name}" has ${sae.dSae} features; there is no feature ${beyond}.`)
    return { changed: await this.repository.annotateMany(saeId, body) }
  }

  /** Activations of one feature on the user's own text, or on more of the text around an example. */
  async probe(extractionId: string, index: number, asked: ProbeFeature): Promise<FeatureProbe> {
    const extraction = await this.extractions.get(extractionId)
    const { sae, modelPath, precision } = await this.saes.requireWithModel(extraction.saeId)
    if (index >= sae.dSae)
      throw new AppError('not_found', `"${sae.name}" has ${sae.dSae} features; there is no feature ${index}.`)
    const source = 'text' in asked ? asked : { ...asked, ...textOf(extraction) }
    const params = { saeId: sae.id, modelPath, precision, site: sae.site, feature: index, source }
    const question = {
      kind: 'feature.probe',
      subjectId: extractionId,
      title: sae.name,
    } as const
    const result = await this.questions.ask({ ...question, params })
    const named = [...new Set([index, ...result.topFeatures.flatMap((top) => top.map((one) => one.index))])]
    const annotations = await this.repository.annotations(sae.id, named)
    const labels = [...annotations.values()].flatMap((one) => (one.label ? [[String(one.index), one.label]] : []))
    return { ...result, labels: Object.fromEntries(labels) }
  }

  /** Maximum activations, for steering in units of them. */
  async maxima(extractionId: string, indices: readonly number[]): Promise<Map<number, number>> {
    await this.extractions.requireReady(extractionId)
    return this.repository.maxima(extractionId, indices)
  }
}

/** The tokens that an extraction read. @throws AppError `not_found` when they are gone. */
function textOf({ tokenizationId, datasetName, params }: Extraction): { tokenizationId: string; excludeBos: boolean } {
  if (tokenizationId) return { tokenizationId, excludeBos: params.excludeBos }
  throw new AppError('not_found', `The tokens of "${datasetName}" that this extraction read were deleted.`)
}
