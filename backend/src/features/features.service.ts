// Rules for features: the list, the page of one feature, its annotation, and probing it with own text.

import {
  type AnnotateFeatureSchema,
  type AnnotationSchema,
  AppError,
  type Feature,
  type FeatureListQuery,
  type FeatureRow,
  type ProbeResult,
} from '@mistudio/contracts'
import { Injectable } from '@nestjs/common'
import type { z } from 'zod'
import { requireSeen, versionOf } from '../common/edit.js'
import type { Page } from '../common/route.js'
import { ExtractionsService } from '../extractions/extractions.service.js'
import { QuestionsService } from '../jobs/questions.service.js'
import { SaesService } from '../saes/saes.service.js'
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

  /** Activations of one feature on the user's own text. */
  async probe(extractionId: string, index: number, text: string): Promise<ProbeResult> {
    const extraction = await this.extractions.get(extractionId)
    const { sae, modelPath, precision } = await this.saes.requireWithModel(extraction.saeId)
    if (index >= sae.dSae)
      throw new AppError('not_found', `"${sae.name}" has ${sae.dSae} features; there is no feature ${index}.`)
    const params = { saeId: sae.id, modelPath, precision, site: sae.site, feature: index, text }
    const question = {
      kind: 'feature.probe',
      subjectId: extractionId,
      title: sae.name,
    } as const
    return this.questions.ask({ ...question, params })
  }

  /** Maximum activations, for steering in units of them. */
  async maxima(extractionId: string, indices: readonly number[]): Promise<Map<number, number>> {
    await this.extractions.requireReady(extractionId)
    return this.repository.maxima(extractionId, indices)
  }
}
