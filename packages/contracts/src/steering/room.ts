// The room of steering experiments.
import { z } from 'zod'
import { defineRoom, defineWork, place, words } from '../definition/index.js'
import {
  ChatPreviewParamsSchema,
  ChatPreviewRequestSchema,
  ChatPreviewSchema,
  CreateSteeringSchema,
  SteeringGenerateParamsSchema,
  SteeringListQuerySchema,
  SteeringResultSchema,
  SteeringSchema,
  UpdateSteeringSchema,
} from './schemas.js'

export * from './schemas.js'

export const steeringWork = defineWork({
  subjects: {
    steering: { word: 'steering experiment', table: 'steering', place: 'experiment', renews: ['/steering'] },
  },
  jobs: {
    'steering.generate': {
      label: 'Generate text',
      tone: 'emerald',
      queue: 'interactive',
      subject: 'steering',
      params: SteeringGenerateParamsSchema,
      result: SteeringResultSchema,
      question: false,
      pausable: false,
      stoppable: true,
      cleaning: false,
    },
    'steering.chat': {
      label: 'Read a prompt',
      tone: 'emerald',
      queue: 'interactive',
      subject: 'model',
      params: ChatPreviewParamsSchema,
      result: ChatPreviewSchema,
      question: true,
    },
  },
})

export const steeringRoom = defineRoom({
  name: 'steering',
  title: 'Steering',
  work: steeringWork,
  folders: null,
  places: {
    steering: place('/steering', { extraction: words.text, features: words.listOf(words.whole) }),
    experiment: place('/steering/:id', {}),
  },
  channels: [],
  routes: {
    listSteering: {
      summary: 'Lists the experiments, saved ones and the latest unnamed ones.',
      method: 'GET',
      path: '/steering',
      scope: 'read',
      status: 200,
      query: SteeringListQuerySchema,
      response: z.array(SteeringSchema),
      listed: true,
    },
    createSteering: {
      summary: 'Starts an experiment: the same prompt with and without steered features.',
      method: 'POST',
      path: '/steering',
      scope: 'write',
      status: 201,
      body: CreateSteeringSchema,
      response: SteeringSchema,
    },
    getSteering: {
      summary: 'Reads one experiment.',
      method: 'GET',
      path: '/steering/:id',
      scope: 'read',
      status: 200,
      response: SteeringSchema,
    },
    updateSteering: {
      summary: 'Names an experiment, which saves it, or takes its name away.',
      method: 'PATCH',
      path: '/steering/:id',
      scope: 'write',
      status: 200,
      body: UpdateSteeringSchema,
      response: SteeringSchema,
      guarded: true,
    },
    previewChat: {
      summary:
        'Shows what a model reads of a prompt, or of messages as its chat template writes them, and what it can hold.',
      method: 'POST',
      path: '/steering/chat-preview',
      scope: 'write',
      status: 200,
      body: ChatPreviewRequestSchema,
      response: ChatPreviewSchema,
    },
    deleteSteering: {
      summary: 'Deletes an experiment.',
      method: 'DELETE',
      path: '/steering/:id',
      scope: 'write',
      status: 200,
      response: z.null(),
    },
  },
})
