// Rows that a worker would have written: a checked model, a tokenization, an SAE, an extraction with features.
import { randomUUID } from 'node:crypto'
import { appendValues, type StepValues } from '@mistudio/runs'
import type { TestApp } from './app.js'

const SPEC = {
  architecture: 'llama',
  layers: 2,
  dModel: 16,
  heads: 2,
  kvHeads: 2,
  headDim: 8,
  dMlp: 32,
  vocabSize: 100,
  maxPositions: 64,
  activation: 'silu',
  normEps: 1e-5,
  rope: 'default',
  tiedEmbeddings: false,
  storedDtype: 'F32',
  parameters: 1000,
  parametersByPart: [],
  bosTokenId: 0,
  eosTokenIds: [1],
  memory: { weights: 4000, kvPerToken: 128, activationsPerToken: 64 },
}
const STATS = {
  documents: 10,
  tokens: 6400,
  trainContexts: 190,
  heldOutContexts: 10,
  droppedTokens: 0,
  minLength: 1,
  meanLength: 2,
  medianLength: 2,
  maxLength: 3,
  histogram: { edges: [0, 1], counts: [1] },
  distinctTokens: 50,
  vocabSize: 100,
  tokensPerSecond: 1,
}
const SITES = [{ name: 'blocks.0.hook_resid_post', layer: 0, kind: 'token', width: 16, shape: 'batch × seq × 16' }]

export interface Rows {
  readonly modelId: string
  readonly datasetId: string
  readonly tokenizationId: string
  readonly saeId: string
  readonly extractionId: string
}

/** A ready chain from model to extraction; `features` features, every eighth of them dead. */
export async function insertChain({ database }: TestApp, features: number): Promise<Rows> {
  const ids = {
    modelId: randomUUID(),
    datasetId: randomUUID(),
    tokenizationId: randomUUID(),
    saeId: randomUUID(),
    extractionId: randomUUID(),
  }
  const { prisma } = database
  const readyAt = new Date()
  await prisma.model.create({
    data: { id: ids.modelId, name: 'tiny', path: '/models/tiny', readyAt, spec: SPEC, sites: SITES },
  })
  const source = { type: 'path', path: '/x' }
  await prisma.dataset.create({ data: { id: ids.datasetId, name: 'text', fileName: 'x.txt', source, readyAt } })
  await prisma.tokenization.create({
    data: {
      id: ids.tokenizationId,
      datasetId: ids.datasetId,
      modelId: ids.modelId,
      contextSize: 32,
      prependBos: true,
      readyAt,
      stats: STATS,
    },
  })
  await prisma.sae.create({
    data: {
      id: ids.saeId,
      name: 'sae',
      modelId: ids.modelId,
      modelName: 'tiny',
      site: SITES[0]!.name,
      architecture: 'topk',
      dIn: 16,
      dSae: features,
      k: 4,
      contextSize: 32,
      bytes: 10n,
    },
  })
  await prisma.extraction.create({
    data: {
      id: ids.extractionId,
      saeId: ids.saeId,
      tokenizationId: ids.tokenizationId,
      datasetName: 'text',
      params: {},
      readyAt,
    },
  })
  await insertFeatures(database.pool, ids.extractionId, features)
  return ids
}

/** Partitions as the worker makes them, with search texts of about a kilobyte. Feature i has maximum activation i mod 1000, +0.5 when alive. */
async function insertFeatures(pool: TestApp['database']['pool'], id: string, count: number): Promise<void> {
  const hex = id.replaceAll('-', '')
  await pool.query(`
    CREATE TABLE "feature_${hex}" PARTITION OF feature FOR VALUES IN ('${id}');
    CREATE TABLE "feature_example_${hex}" PARTITION OF feature_example FOR VALUES IN ('${id}')`)
  await pool.query(
    `INSERT INTO feature SELECT $1, i, (i % 97) / 100.0, CASE WHEN i % 8 = 0 THEN 0 ELSE i % 1000 + 0.5 END, 0.25, i,
       ARRAY['tok' || i], '{"edges":[0,1],"counts":[1]}', ARRAY[0,1]::float8[], '[{"token":"a","id":1,"value":0.5}]', '[]',
       '[{"index":1,"cosine":0.5}]', CASE WHEN i % 8 = 0 THEN NULL ELSE jsonb_build_object('kind','top','group',NULL,'value',1,
       'context',0,'position',1,'peak',0,'tokens',jsonb_build_array(jsonb_build_object('id',1,'text','a')),'activations',jsonb_build_array(1)) END,
       'needle' || i || ' ' || repeat(md5(i::text) || ' ', 30)
     FROM generate_series(0, $2::int - 1) i`,
    [id, count],
  )
  await pool.query(
    `INSERT INTO feature_example SELECT $1, i, 'top', 0, NULL, 2.5, 7, 3, 1, ARRAY[4,5], ARRAY['he','llo'], ARRAY[0,2.5]::real[]
     FROM generate_series(0, $2::int - 1) i WHERE i % 8 <> 0`,
    [id, count],
  )
  await pool.query(`
    CREATE INDEX ON "feature_${hex}" (density);
    CREATE INDEX ON "feature_${hex}" (max_activation);
    CREATE INDEX ON "feature_${hex}" USING gin (search_text gin_trgm_ops)`)
  await pool.query(`ANALYZE "feature_${hex}"`)
}

/** Values of a run as a worker stores them. */
export async function report({ database }: TestApp, runId: string, steps: readonly StepValues[]): Promise<void> {
  const client = await database.pool.connect()
  try {
    await client.query('BEGIN')
    await appendValues(client, runId, steps, Date.now())
    await client.query('COMMIT')
  } finally {
    client.release()
  }
}
