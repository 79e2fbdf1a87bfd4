// Routes of datasets and tokenizations; part of the table in ../routes.ts.
import { z } from 'zod'
import { PageQuerySchema } from '../common/envelope.js'
import {
  CreateDatasetSchema,
  CreateTokenizationSchema,
  DatasetListQuerySchema,
  DatasetPreviewSchema,
  DatasetSchema,
  DocumentSchema,
  PreviewDatasetSchema,
  TokenizationListQuerySchema,
  TokenizationSchema,
  TokenSampleSchema,
} from './index.js'

const None = z.null()
const SplitQuery = PageQuerySchema.extend({ split: z.enum(['train', 'held_out']).default('train') })

export const DATASET_ROUTES = {
  listDatasets: {
    method: 'GET',
    path: '/datasets',
    scope: 'read',
    query: DatasetListQuerySchema,
    response: z.array(DatasetSchema),
    listed: true,
  },
  previewDataset: {
    method: 'POST',
    path: '/datasets/preview',
    scope: 'write',
    body: PreviewDatasetSchema,
    response: DatasetPreviewSchema,
  },
  createDataset: {
    method: 'POST',
    path: '/datasets',
    scope: 'write',
    body: CreateDatasetSchema,
    response: DatasetSchema,
  },
  getDataset: { method: 'GET', path: '/datasets/:id', scope: 'read', response: DatasetSchema },
  datasetDocuments: {
    method: 'GET',
    path: '/datasets/:id/documents',
    scope: 'read',
    query: PageQuerySchema,
    response: DocumentSchema,
    paged: true,
  },
  deleteDataset: { method: 'DELETE', path: '/datasets/:id', scope: 'write', response: None },
  createTokenization: {
    method: 'POST',
    path: '/datasets/:id/tokenizations',
    scope: 'write',
    body: CreateTokenizationSchema,
    response: TokenizationSchema,
  },
  listTokenizations: {
    method: 'GET',
    path: '/tokenizations',
    scope: 'read',
    query: TokenizationListQuerySchema,
    response: z.array(TokenizationSchema),
    listed: true,
  },
  getTokenization: { method: 'GET', path: '/tokenizations/:id', scope: 'read', response: TokenizationSchema },
  tokenizationSamples: {
    method: 'GET',
    path: '/tokenizations/:id/samples',
    scope: 'read',
    query: SplitQuery,
    response: TokenSampleSchema,
    paged: true,
  },
  deleteTokenization: { method: 'DELETE', path: '/tokenizations/:id', scope: 'write', response: None },
} as const
