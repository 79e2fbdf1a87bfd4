// The room of the Hugging Face hub.
import { defineRoom, defineWork, place, words } from '../definition/index.js'
import { ModelSchema, ParitySummarySchema } from '../models/schemas.js'
import {
  CreateHubDownloadSchema,
  HubDownloadParamsSchema,
  HubInspectionAnswerSchema,
  HubInspectionSchema,
  HubInspectParamsSchema,
  HubLocalParamsSchema,
  HubLocalSchema,
  HubRemovedSchema,
  HubRemoveParamsSchema,
  HubSearchParamsSchema,
  HubSearchQuerySchema,
  HubSearchResultSchema,
  HubTokenSchema,
  InspectHubSchema,
  SetHubTokenSchema,
} from './schemas.js'

export * from './schemas.js'

export const hubWork = defineWork({
  subjects: {},
  jobs: {
    'hub.search': {
      label: 'Search the hub',
      tone: 'emerald',
      queue: 'questions',
      subject: 'system',
      params: HubSearchParamsSchema,
      result: HubSearchResultSchema,
      question: true,
    },
    'hub.inspect': {
      label: 'Look into a repository',
      tone: 'emerald',
      queue: 'questions',
      subject: 'system',
      params: HubInspectParamsSchema,
      result: HubInspectionSchema,
      question: true,
    },
    'hub.local': {
      label: 'Look into the Hugging Face cache',
      tone: 'emerald',
      queue: 'questions',
      subject: 'system',
      params: HubLocalParamsSchema,
      result: HubLocalSchema,
      question: true,
    },
    'hub.download': {
      label: 'Download model',
      tone: 'purple',
      queue: 'io',
      subject: 'model',
      params: HubDownloadParamsSchema,
      result: ParitySummarySchema,
      question: false,
      pausable: true,
      stoppable: false,
      cleaning: true,
    },
    'hub.remove': {
      label: 'Remove downloaded files',
      tone: 'orange',
      queue: 'io',
      subject: 'system',
      params: HubRemoveParamsSchema,
      result: HubRemovedSchema,
      question: false,
      pausable: false,
      stoppable: false,
      cleaning: false,
    },
  },
})

export const hubRoom = defineRoom({
  name: 'hub',
  title: 'Hugging Face hub',
  work: hubWork,
  folders: null,
  places: {
    hub: place('/hub', { q: words.text, sort: words.text, repo: words.text, revision: words.text }),
  },
  channels: [],
  routes: {
    hubLocal: {
      summary: 'Tells what is known without asking the hub: endpoint, token, cache, free disk.',
      method: 'GET',
      path: '/hub',
      scope: 'read',
      status: 200,
      response: HubLocalSchema,
    },
    // These two ask with the stored token, so they can name private repositories: not for readers.
    searchHub: {
      summary: 'Searches the hub for models.',
      method: 'GET',
      path: '/hub/models',
      scope: 'write',
      status: 200,
      query: HubSearchQuerySchema,
      response: HubSearchResultSchema,
    },
    inspectHub: {
      summary: 'Looks into a repository: what would be fetched, how large it is, whether it can be run.',
      method: 'POST',
      path: '/hub/inspect',
      scope: 'write',
      status: 200,
      body: InspectHubSchema,
      response: HubInspectionAnswerSchema,
    },
    createHubDownload: {
      summary:
        'Downloads a model; answers the model that it becomes, the one already there when the same commit was asked for before.',
      method: 'POST',
      path: '/hub/downloads',
      scope: 'write',
      status: 201,
      body: CreateHubDownloadSchema,
      response: ModelSchema,
    },
    getHubToken: {
      summary: 'Tells whether a token of the hub is stored, and its last characters.',
      method: 'GET',
      path: '/hub/token',
      scope: 'read',
      status: 200,
      response: HubTokenSchema,
    },
    setHubToken: {
      summary: 'Stores the token of the hub, sealed.',
      method: 'PUT',
      path: '/hub/token',
      scope: 'admin',
      status: 200,
      body: SetHubTokenSchema,
      response: HubTokenSchema,
    },
    deleteHubToken: {
      summary: 'Forgets the token of the hub.',
      method: 'DELETE',
      path: '/hub/token',
      scope: 'admin',
      status: 200,
      response: HubTokenSchema,
    },
  },
})
