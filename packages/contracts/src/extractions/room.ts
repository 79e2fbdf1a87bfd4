// The room of extractions: a dataset through an SAE once.
import { z } from 'zod'
import { defineFolders, defineRoom, defineWork, place, words } from '../definition/index.js'
import {
  CreateExtractionSchema,
  ExtractionListQuerySchema,
  ExtractionRunParamsSchema,
  ExtractionSchema,
  ExtractionSummarySchema,
} from './schemas.js'

export * from './schemas.js'

export const extractionsFolders = defineFolders({
  extractions: { hashed: null },
})

export const extractionsWork = defineWork({
  subjects: {
    extraction: { word: 'extraction', table: 'extraction', place: 'features', renews: ['/extractions', '/saes'] },
  },
  jobs: {
    'extraction.run': {
      label: 'Extract features',
      tone: 'emerald',
      queue: 'compute',
      subject: 'extraction',
      params: ExtractionRunParamsSchema,
      result: ExtractionSummarySchema,
      question: false,
      pausable: true,
      stoppable: true,
      cleaning: false,
    },
  },
})

export const extractionsRoom = defineRoom({
  name: 'extractions',
  title: 'Extractions',
  work: extractionsWork,
  folders: extractionsFolders,
  places: {
    extractions: place('/features', { start: words.flag, saeId: words.text }),
  },
  channels: [],
  routes: {
    listExtractions: {
      summary: 'Lists extractions, of all SAEs or of one.',
      method: 'GET',
      path: '/extractions',
      scope: 'read',
      status: 200,
      query: ExtractionListQuerySchema,
      response: z.array(ExtractionSchema),
      listed: true,
    },
    createExtraction: {
      summary: 'Starts an extraction: a text is read through an SAE and every feature described.',
      method: 'POST',
      path: '/extractions',
      scope: 'write',
      status: 201,
      body: CreateExtractionSchema,
      response: ExtractionSchema,
    },
    getExtraction: {
      summary: 'Reads one extraction.',
      method: 'GET',
      path: '/extractions/:id',
      scope: 'read',
      status: 200,
      response: ExtractionSchema,
    },
    deleteExtraction: {
      summary: 'Deletes an extraction with its features; labels and notes stay with the SAE.',
      method: 'DELETE',
      path: '/extractions/:id',
      scope: 'write',
      status: 200,
      response: z.null(),
    },
  },
})
