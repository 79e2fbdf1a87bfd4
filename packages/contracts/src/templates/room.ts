// The room of training templates.
import { z } from 'zod'
import { defineRoom } from '../definition/index.js'
import {
  CreateTemplateSchema,
  TemplateFileSchema,
  TemplateListQuerySchema,
  TemplateSchema,
  UpdateTemplateSchema,
} from './schemas.js'

export * from './schemas.js'

export const templatesRoom = defineRoom({
  name: 'templates',
  title: 'Training templates',
  work: null,
  folders: null,
  places: {},
  channels: [],
  routes: {
    listTemplates: {
      summary: 'Lists the templates.',
      method: 'GET',
      path: '/templates',
      scope: 'read',
      status: 200,
      query: TemplateListQuerySchema,
      response: z.array(TemplateSchema),
      listed: true,
    },
    createTemplate: {
      summary: 'Keeps settings of a training under a name.',
      method: 'POST',
      path: '/templates',
      scope: 'write',
      status: 201,
      body: CreateTemplateSchema,
      response: TemplateSchema,
    },
    exportTemplates: {
      summary: 'Answers all templates as one file for another installation.',
      method: 'GET',
      path: '/templates/export',
      scope: 'read',
      status: 200,
      response: TemplateFileSchema,
    },
    importTemplates: {
      summary: 'Adds the templates of such a file.',
      method: 'POST',
      path: '/templates/import',
      scope: 'write',
      status: 200,
      body: TemplateFileSchema,
      response: z.array(TemplateSchema),
    },
    getTemplate: {
      summary: 'Reads one template.',
      method: 'GET',
      path: '/templates/:id',
      scope: 'read',
      status: 200,
      response: TemplateSchema,
    },
    updateTemplate: {
      summary: 'Changes a template.',
      method: 'PATCH',
      path: '/templates/:id',
      scope: 'write',
      status: 200,
      body: UpdateTemplateSchema,
      response: TemplateSchema,
      guarded: true,
    },
    deleteTemplate: {
      summary: 'Deletes a template.',
      method: 'DELETE',
      path: '/templates/:id',
      scope: 'write',
      status: 200,
      response: z.null(),
    },
  },
})
