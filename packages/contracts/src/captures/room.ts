// The room of activation captures.
import { z } from 'zod'
import { defineFolders, defineRoom, defineWork, place, words } from '../definition/index.js'
import {
  ActivationCaptureParamsSchema,
  ActivationCompareParamsSchema,
  CaptureComparisonSchema,
  CaptureListQuerySchema,
  CaptureResultSchema,
  CaptureSchema,
  CompareCapturesQuerySchema,
  CreateCaptureSchema,
} from './schemas.js'

export * from './schemas.js'

export const capturesFolders = defineFolders({
  captures: {
    hashed: {
      what: 'This capture of activations',
      wayOut: 'Delete it and capture the activations again',
      readyIn: 'capture',
    },
  },
})

export const capturesWork = defineWork({
  subjects: { capture: { word: 'capture', table: 'capture', place: 'capture', renews: ['/captures'] } },
  // Their names are older than the room's and stay: jobs are stored by them.
  jobs: {
    'activation.capture': {
      label: 'Capture activations',
      tone: 'emerald',
      queue: 'compute',
      subject: 'capture',
      params: ActivationCaptureParamsSchema,
      result: CaptureResultSchema,
      question: false,
      pausable: true,
      stoppable: false,
      cleaning: false,
    },
    'activation.compare': {
      label: 'Compare captures',
      tone: 'emerald',
      queue: 'questions',
      subject: 'capture',
      params: ActivationCompareParamsSchema,
      result: CaptureComparisonSchema,
      question: true,
    },
  },
})

export const capturesRoom = defineRoom({
  name: 'captures',
  title: 'Activation captures',
  work: capturesWork,
  folders: capturesFolders,
  places: {
    captures: place('/captures', {}),
    newCapture: place('/captures/new', { model: words.text, site: words.text }),
    compareCaptures: place('/captures/compare', { a: words.text, b: words.text }),
    capture: place('/captures/:id', {}),
  },
  channels: [],
  routes: {
    listCaptures: {
      summary: 'Lists the captures.',
      method: 'GET',
      path: '/captures',
      scope: 'read',
      status: 200,
      query: CaptureListQuerySchema,
      response: z.array(CaptureSchema),
      listed: true,
    },
    createCapture: {
      summary: 'Starts a capture: activations at some sites are kept in files.',
      method: 'POST',
      path: '/captures',
      scope: 'write',
      status: 201,
      body: CreateCaptureSchema,
      response: CaptureSchema,
    },
    compareCaptures: {
      summary: 'Compares sites of two captures, or of one, on the same tokens.',
      method: 'GET',
      path: '/captures/:id/comparison',
      scope: 'read',
      status: 200,
      query: CompareCapturesQuerySchema,
      response: CaptureComparisonSchema,
    },
    getCapture: {
      summary: 'Reads one capture.',
      method: 'GET',
      path: '/captures/:id',
      scope: 'read',
      status: 200,
      response: CaptureSchema,
    },
    captureFile: {
      summary: 'Downloads one file of a capture.',
      method: 'GET',
      path: '/captures/:id/files/:name',
      scope: 'read',
      status: 200,
      gives: ['application/octet-stream'],
    },
    deleteCapture: {
      summary: 'Deletes a capture with its files.',
      method: 'DELETE',
      path: '/captures/:id',
      scope: 'write',
      status: 200,
      response: z.null(),
    },
  },
})
