// Routes of SAEs; part of the table in ../routes.ts.
import { z } from 'zod'
import { JobSchema } from '../jobs/index.js'
import {
  CheckSaeSchema,
  CreateSaeSchema,
  ExportSaeSchema,
  HubSaesQuerySchema,
  HubSaesSchema,
  InspectSaeSchema,
  PublishSaeSchema,
  SaeCardSchema,
  SaeExportSchema,
  SaeInspectionSchema,
  SaeListQuerySchema,
  SaeSchema,
  UpdateSaeSchema,
} from './index.js'

export const SAE_ROUTES = {
  listSaes: {
    method: 'GET',
    path: '/saes',
    scope: 'read',
    query: SaeListQuerySchema,
    response: z.array(SaeSchema),
    listed: true,
  },
  /** SAE folders of a repository; asks the hub with the stored token, so not for readers. */
  hubSaes: { method: 'GET', path: '/saes/hub', scope: 'write', query: HubSaesQuerySchema, response: HubSaesSchema },
  /** What files hold, before anything is stored. */
  inspectSae: {
    method: 'POST',
    path: '/saes/inspect',
    scope: 'write',
    body: InspectSaeSchema,
    response: SaeInspectionSchema,
  },
  /** Starts an import, which ends with a self-check. */
  createSae: { method: 'POST', path: '/saes', scope: 'write', body: CreateSaeSchema, response: SaeSchema },
  getSae: { method: 'GET', path: '/saes/:id', scope: 'read', response: SaeSchema },
  updateSae: {
    method: 'PATCH',
    path: '/saes/:id',
    scope: 'write',
    body: UpdateSaeSchema,
    response: SaeSchema,
    guarded: true,
  },
  deleteSae: { method: 'DELETE', path: '/saes/:id', scope: 'write', response: z.null() },
  checkSae: { method: 'POST', path: '/saes/:id/check', scope: 'write', body: CheckSaeSchema, response: JobSchema },
  listSaeExports: { method: 'GET', path: '/saes/:id/exports', scope: 'read', response: z.array(SaeExportSchema) },
  /** Writes an archive, to be fetched from /saes/:id/exports/:layout/file. */
  exportSae: { method: 'POST', path: '/saes/:id/exports', scope: 'write', body: ExportSaeSchema, response: JobSchema },
  /** The model card as it would be written now. */
  saeCard: { method: 'GET', path: '/saes/:id/card', scope: 'read', response: SaeCardSchema },
  /** Uploads to the hub with the stored token. */
  publishSae: {
    method: 'POST',
    path: '/saes/:id/publish',
    scope: 'admin',
    body: PublishSaeSchema,
    response: JobSchema,
  },
} as const
