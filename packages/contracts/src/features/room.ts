// The room of features: the browser's rows, the page of one, own text through it.
import { defineRoom, defineWork } from '../definition/index.js'
import {
  AnnotateFeatureSchema,
  AnnotationSchema,
  FeatureListQuerySchema,
  FeatureProbeParamsSchema,
  FeatureRowSchema,
  FeatureSchema,
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
    getFeature: {
      summary: 'Reads one feature: examples, logits, histogram, neighbours.',
      method: 'GET',
      path: '/extractions/:id/features/:index',
      scope: 'read',
      status: 200,
      response: FeatureSchema,
    },
    probeFeature: {
      summary: "Reads own text through model and SAE: one feature's activation on every token.",
      method: 'POST',
      path: '/extractions/:id/features/:index/probe',
      scope: 'write',
      status: 200,
      body: ProbeFeatureSchema,
      response: ProbeResultSchema,
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
