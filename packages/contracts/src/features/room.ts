// The room of features: the browser's rows, the page of one, own text through it.
import { defineRoom, defineWork, place, words } from '../definition/index.js'
import {
  AnnotatedSchema,
  AnnotateFeatureSchema,
  AnnotateFeaturesSchema,
  AnnotationSchema,
  DensityHistogramSchema,
  FeatureFilterSchema,
  FeatureIndicesSchema,
  FeatureListQuerySchema,
  FeatureProbeParamsSchema,
  FeatureProbeSchema,
  FeatureRowSchema,
  FeatureSchema,
  FeatureSortSchema,
  ProbeFeatureSchema,
  ProbeResultSchema,
} from './schemas.js'

export * from './schemas.js'

export const featuresWork = defineWork({
  subjects: {},
  jobs: {
    'feature.probe': {
      label: 'Try text on a feature',
      tone: 'emerald',
      queue: 'interactive',
      subject: 'extraction',
      params: FeatureProbeParamsSchema,
      result: ProbeResultSchema,
      question: true,
    },
  },
})

export const featuresRoom = defineRoom({
  name: 'features',
  title: 'Features',
  work: featuresWork,
  folders: null,
  places: {
    features: place('/features/:extractionId', {
      sort: words.oneOf(...FeatureSortSchema.options),
      order: words.oneOf('asc', 'desc'),
      search: words.text,
      minDensity: words.number,
      maxDensity: words.number,
      minActivation: words.number,
      maxActivation: words.number,
      starred: words.flag,
      labelled: words.flag,
      includeDead: words.flag,
      indices: words.listOf(words.whole),
    }),
    feature: place('/features/:extractionId/:index', { index: words.whole }),
  },
  channels: [],
  routes: {
    listFeatures: {
      summary: 'Searches, filters and sorts the features of an extraction.',
      method: 'GET',
      path: '/extractions/:id/features',
      scope: 'read',
      status: 200,
      query: FeatureListQuerySchema,
      response: FeatureRowSchema,
      paged: true,
    },
    listFeatureIndices: {
      summary: 'Lists the numbers of all features that fit, for what is done with all of them.',
      method: 'GET',
      path: '/extractions/:id/feature-indices',
      scope: 'read',
      status: 200,
      query: FeatureFilterSchema,
      response: FeatureIndicesSchema,
    },
    densityHistogram: {
      summary: 'Counts the features of an extraction by density.',
      method: 'GET',
      path: '/extractions/:id/density-histogram',
      scope: 'read',
      status: 200,
      response: DensityHistogramSchema,
    },
    getFeature: {
      summary: 'Reads one feature: examples, logits, histogram, neighbours.',
      method: 'GET',
      path: '/extractions/:id/features/:index',
      scope: 'read',
      status: 200,
      response: FeatureSchema,
    },
    probeFeature: {
      summary:
        "Reads own text, or more of the text around an example, through model and SAE: one feature's activation on every token.",
      method: 'POST',
      path: '/extractions/:id/features/:index/probe',
      scope: 'write',
      status: 200,
      body: ProbeFeatureSchema,
      response: FeatureProbeSchema,
    },
    annotateFeatures: {
      summary: 'Changes label or star of many features at once.',
      method: 'POST',
      path: '/saes/:id/features/annotations',
      scope: 'write',
      status: 200,
      body: AnnotateFeaturesSchema,
      response: AnnotatedSchema,
    },
    annotateFeature: {
      summary: 'Changes label, notes or star of a feature.',
      method: 'PATCH',
      path: '/saes/:id/features/:index',
      scope: 'write',
      status: 200,
      body: AnnotateFeatureSchema,
      response: AnnotationSchema,
      guarded: true,
    },
  },
})
