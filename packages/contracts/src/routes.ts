// Every REST route once: method, path, scope and the schemas of what goes in and comes out. The client is generated from this
// table by types, the backend's tests check that each entry is served, and OpenAPI describes the same routes.
import { z } from 'zod'
import {
  CaptureComparisonSchema,
  CaptureListQuerySchema,
  CaptureSchema,
  CompareCapturesQuerySchema,
  CreateCaptureSchema,
} from './activations/index.js'
import {
  ApiKeySchema,
  CreateApiKeySchema,
  CreatedApiKeySchema,
  EndedSessionsSchema,
  EndSessionsQuerySchema,
  LoginSchema,
  MeSchema,
  type Scope,
  SessionSchema,
} from './auth/index.js'
import { line } from './common/text.js'
import { DATASET_ROUTES } from './datasets/routes.js'
import { CreateExtractionSchema, ExtractionListQuerySchema, ExtractionSchema } from './extractions/index.js'
import {
  AnnotateFeatureSchema,
  AnnotationSchema,
  FeatureListQuerySchema,
  FeatureRowSchema,
  FeatureSchema,
  ProbeFeatureSchema,
  ProbeResultSchema,
} from './features/index.js'
import {
  BrowseQuerySchema,
  BrowseSchema,
  CheckStoredSchema,
  CreateFolderUploadSchema,
  FolderUploadSchema,
  StoredDataSchema,
  UploadSchema,
} from './files/index.js'
import {
  CreateHubDownloadSchema,
  HubInspectionAnswerSchema,
  HubLocalSchema,
  HubSearchQuerySchema,
  HubSearchResultSchema,
  HubTokenSchema,
  InspectHubSchema,
  SetHubTokenSchema,
} from './hub/index.js'
import { EventsQuerySchema, JobEventSchema, JobListQuerySchema, JobSchema } from './jobs/index.js'
import { QueuesSchema } from './jobs/queues.js'
import { ModelSchema } from './models/index.js'
import { MODEL_ROUTES } from './models/routes.js'
import { SAE_ROUTES } from './saes/routes.js'
import { SettingsSchema, UpdateSettingsSchema } from './settings/index.js'
import {
  ChatPreviewRequestSchema,
  ChatPreviewSchema,
  CreateSteeringSchema,
  SteeringListQuerySchema,
  SteeringSchema,
  UpdateSteeringSchema,
} from './steering/index.js'
import { HealthSchema, SystemInfoSchema, SystemSampleSchema, WorkerSchema } from './system/index.js'
import { TRAINING_ROUTES } from './trainings/routes.js'

export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  /** Below `/api/v1`, parameters as `:name`. */
  readonly path: string
  /** null: open to everybody. */
  readonly scope: Scope | null
  readonly query?: z.ZodType
  readonly body?: z.ZodType
  /** Schema of `data`. */
  readonly response: z.ZodType
  /** Answers `{data: [...], meta: {total, offset, limit}}`. */
  readonly paged?: true
  /** A list of a room: `response` is the array of a page, its query is made by `listQuery`, and the answer has the meta of a page. */
  readonly listed?: true
  /** An edit of a row with a `version`: `If-Match` names the one that its editor saw, so that nobody's text is overwritten unseen. */
  readonly guarded?: true
}

const None = z.null()

export const ROUTES = {
  health: { method: 'GET', path: '/health', scope: null, response: HealthSchema },
  /** Whether this process answers at all; asks nothing of database, Redis or worker. */
  ping: { method: 'GET', path: '/ping', scope: null, response: z.literal('pong') },

  me: { method: 'GET', path: '/auth/me', scope: null, response: MeSchema },
  login: { method: 'POST', path: '/auth/login', scope: null, body: LoginSchema, response: MeSchema },
  /** Trades a one-time code for a session cookie. */
  useLink: {
    method: 'POST',
    path: '/auth/link',
    scope: null,
    body: z.strictObject({ code: line().min(10).max(200) }),
    response: MeSchema,
  },
  createLink: {
    method: 'POST',
    path: '/auth/links',
    scope: 'admin',
    response: z.object({ code: z.string(), url: z.string() }),
  },
  logout: { method: 'POST', path: '/auth/logout', scope: null, response: None },
  /** Sessions of the caller's key; of all keys for administrators. */
  listSessions: { method: 'GET', path: '/auth/sessions', scope: 'read', response: z.array(SessionSchema) },
  /** Signs out everywhere. */
  endSessions: {
    method: 'DELETE',
    path: '/auth/sessions',
    scope: 'read',
    query: EndSessionsQuerySchema,
    response: EndedSessionsSchema,
  },
  endSession: { method: 'DELETE', path: '/auth/sessions/:id', scope: 'read', response: None },
  listKeys: { method: 'GET', path: '/auth/keys', scope: 'admin', response: z.array(ApiKeySchema) },
  createKey: {
    method: 'POST',
    path: '/auth/keys',
    scope: 'admin',
    body: CreateApiKeySchema,
    response: CreatedApiKeySchema,
  },
  deleteKey: { method: 'DELETE', path: '/auth/keys/:id', scope: 'admin', response: None },

  getSettings: { method: 'GET', path: '/settings', scope: 'read', response: SettingsSchema },
  updateSettings: {
    method: 'PATCH',
    path: '/settings',
    scope: 'admin',
    body: UpdateSettingsSchema,
    response: SettingsSchema,
    guarded: true,
  },

  browseFiles: { method: 'GET', path: '/files', scope: 'read', query: BrowseQuerySchema, response: BrowseSchema },
  getUpload: { method: 'GET', path: '/uploads/:id', scope: 'read', response: UploadSchema },
  deleteUpload: { method: 'DELETE', path: '/uploads/:id', scope: 'write', response: None },
  listFolderUploads: { method: 'GET', path: '/folder-uploads', scope: 'read', response: z.array(FolderUploadSchema) },
  createFolderUpload: {
    method: 'POST',
    path: '/folder-uploads',
    scope: 'write',
    body: CreateFolderUploadSchema,
    response: FolderUploadSchema,
  },
  getFolderUpload: { method: 'GET', path: '/folder-uploads/:id', scope: 'read', response: FolderUploadSchema },
  deleteFolderUpload: { method: 'DELETE', path: '/folder-uploads/:id', scope: 'write', response: None },

  systemInfo: { method: 'GET', path: '/system/info', scope: 'read', response: SystemInfoSchema },
  systemSample: { method: 'GET', path: '/system/sample', scope: 'read', response: SystemSampleSchema },
  systemHistory: { method: 'GET', path: '/system/history', scope: 'read', response: z.array(SystemSampleSchema) },
  /** Queues the check of this installation; its result is an `InstallationCheck`. */
  checkInstallation: { method: 'POST', path: '/system/check', scope: 'write', response: JobSchema },
  storedData: { method: 'GET', path: '/system/stored-data', scope: 'read', response: StoredDataSchema },
  checkStored: {
    method: 'POST',
    path: '/system/stored-data/check',
    scope: 'write',
    body: CheckStoredSchema,
    response: JobSchema,
  },
  listWorkers: { method: 'GET', path: '/system/workers', scope: 'read', response: z.array(WorkerSchema) },

  listJobs: {
    method: 'GET',
    path: '/jobs',
    scope: 'read',
    query: JobListQuerySchema,
    response: JobSchema,
    paged: true,
  },
  getJob: { method: 'GET', path: '/jobs/:id', scope: 'read', response: JobSchema },
  /** What each pool works on, what waits for it, and when its workers were last heard. */
  getQueues: { method: 'GET', path: '/queues', scope: 'read', response: QueuesSchema },
  jobEvents: {
    method: 'GET',
    path: '/jobs/:id/events',
    scope: 'read',
    query: EventsQuerySchema,
    response: z.array(JobEventSchema),
  },
  jobAction: { method: 'POST', path: '/jobs/:id/:action', scope: 'write', response: JobSchema },

  ...MODEL_ROUTES,

  /** What is known without asking the hub. */
  hubLocal: { method: 'GET', path: '/hub', scope: 'read', response: HubLocalSchema },
  /** Asks the hub with the stored token, so it can name private repositories: not for readers. */
  searchHub: {
    method: 'GET',
    path: '/hub/models',
    scope: 'write',
    query: HubSearchQuerySchema,
    response: HubSearchResultSchema,
  },
  inspectHub: {
    method: 'POST',
    path: '/hub/inspect',
    scope: 'write',
    body: InspectHubSchema,
    response: HubInspectionAnswerSchema,
  },
  /** Answers the model that the download becomes; the one already there when the same commit was asked for before. */
  createHubDownload: {
    method: 'POST',
    path: '/hub/downloads',
    scope: 'write',
    body: CreateHubDownloadSchema,
    response: ModelSchema,
  },
  getHubToken: { method: 'GET', path: '/hub/token', scope: 'read', response: HubTokenSchema },
  setHubToken: { method: 'PUT', path: '/hub/token', scope: 'admin', body: SetHubTokenSchema, response: HubTokenSchema },
  deleteHubToken: { method: 'DELETE', path: '/hub/token', scope: 'admin', response: HubTokenSchema },

  ...DATASET_ROUTES,

  ...TRAINING_ROUTES,

  ...SAE_ROUTES,
  annotateFeature: {
    method: 'PATCH',
    path: '/saes/:id/features/:index',
    scope: 'write',
    body: AnnotateFeatureSchema,
    response: AnnotationSchema,
    guarded: true,
  },

  listExtractions: {
    method: 'GET',
    path: '/extractions',
    scope: 'read',
    query: ExtractionListQuerySchema,
    response: z.array(ExtractionSchema),
    listed: true,
  },
  createExtraction: {
    method: 'POST',
    path: '/extractions',
    scope: 'write',
    body: CreateExtractionSchema,
    response: ExtractionSchema,
  },
  getExtraction: { method: 'GET', path: '/extractions/:id', scope: 'read', response: ExtractionSchema },
  deleteExtraction: { method: 'DELETE', path: '/extractions/:id', scope: 'write', response: None },

  listCaptures: {
    method: 'GET',
    path: '/captures',
    scope: 'read',
    query: CaptureListQuerySchema,
    response: z.array(CaptureSchema),
    listed: true,
  },
  createCapture: {
    method: 'POST',
    path: '/captures',
    scope: 'write',
    body: CreateCaptureSchema,
    response: CaptureSchema,
  },
  compareCaptures: {
    method: 'GET',
    path: '/captures/:id/comparison',
    scope: 'read',
    query: CompareCapturesQuerySchema,
    response: CaptureComparisonSchema,
  },
  getCapture: { method: 'GET', path: '/captures/:id', scope: 'read', response: CaptureSchema },
  deleteCapture: { method: 'DELETE', path: '/captures/:id', scope: 'write', response: None },

  listFeatures: {
    method: 'GET',
    path: '/extractions/:id/features',
    scope: 'read',
    query: FeatureListQuerySchema,
    response: FeatureRowSchema,
    paged: true,
  },
  getFeature: { method: 'GET', path: '/extractions/:id/features/:index', scope: 'read', response: FeatureSchema },
  probeFeature: {
    method: 'POST',
    path: '/extractions/:id/features/:index/probe',
    scope: 'write',
    body: ProbeFeatureSchema,
    response: ProbeResultSchema,
  },

  listSteering: {
    method: 'GET',
    path: '/steering',
    scope: 'read',
    query: SteeringListQuerySchema,
    response: z.array(SteeringSchema),
    listed: true,
  },
  createSteering: {
    method: 'POST',
    path: '/steering',
    scope: 'write',
    body: CreateSteeringSchema,
    response: SteeringSchema,
  },
  getSteering: { method: 'GET', path: '/steering/:id', scope: 'read', response: SteeringSchema },
  updateSteering: {
    method: 'PATCH',
    path: '/steering/:id',
    scope: 'write',
    body: UpdateSteeringSchema,
    response: SteeringSchema,
    guarded: true,
  },
  previewChat: {
    method: 'POST',
    path: '/steering/chat-preview',
    scope: 'write',
    body: ChatPreviewRequestSchema,
    response: ChatPreviewSchema,
  },
  deleteSteering: { method: 'DELETE', path: '/steering/:id', scope: 'write', response: None },
} as const satisfies Record<string, Route>

export type Routes = typeof ROUTES
export type RouteName = keyof Routes
/**
 * Routes that carry raw bytes and so stand outside the table: upload (POST /uploads?name=), a piece of a folder's file
 * (PATCH FOLDER_UPLOAD_FILE_PATH), downloads of SAEs (GET /saes/:id/files/:name,
 * GET /saes/:id/exports/:layout/file) and of captures
 * (GET /captures/:id/files/:name), the parity report (GET /models/:id/parity/file) and the metrics of a training
 * (GET /trainings/:id/metrics/file?format=csv|json) as files.
 */
export const UPLOAD_PATH = '/uploads'
export const API_PREFIX = '/api/v1'
export const SOCKET_PATH = '/api/socket.io'
