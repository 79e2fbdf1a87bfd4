// Test helpers: a PostgreSQL schema of its own, the demo model with a small SAE and tokenization on disk, and a
// hand-made job.
import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  type ExtractionParams,
  ExtractionParamsSchema,
  type ExtractionRunParams,
  type JobKind,
} from '@mistudio/contracts'
import { TokenWriter, writeSaeLensFolder } from '@mistudio/formats'
import { Pool, type PoolClient } from 'pg'
import { modelStore } from '../models/model-store.js'
import type { Control, JobContext } from '../runner/context.js'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const MIGRATIONS = join(ROOT, 'prisma/migrations')
export const MODEL_PATH = join(ROOT, 'demo/tiny-stories-1m')
export const SITE = 'blocks.2.hook_resid_post'

export const databaseUrl = process.env['DATABASE_URL']
if (!databaseUrl) console.warn('DATABASE_URL is not set: tests that need PostgreSQL are left out')

export interface TestDatabase {
  readonly pool: Pool
  transaction<T>(work: (tx: PoolClient) => Promise<T>): Promise<T>
  drop(): Promise<void>
}

export async function createTestDatabase(): Promise<TestDatabase> {
  const schema = `test_${randomUUID().replaceAll('-', '')}`
  const admin = new Pool({ connectionString: databaseUrl, max: 1 })
  await admin.query('CREATE EXTENSION IF NOT EXISTS pg_trgm')
  await admin.query(`CREATE SCHEMA ${schema}`)
  const pool = new Pool({ connectionString: databaseUrl, options: `-c search_path=${schema},public` })
  const migrations = readdirSync(MIGRATIONS, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  for (const { name } of migrations.sort((a, b) => a.name.localeCompare(b.name))) {
    await pool.query(readFileSync(join(MIGRATIONS, name, 'migration.sql'), 'utf8'))
  }
  return {
    pool,
    async transaction(work) {
      const client = await pool.connect()
      try {
        await client.query('BEGIN')
        const result = await work(client)
        await client.query('COMMIT')
        return result
      } finally {
        client.release(true)
      }
    },
    async drop() {
      await pool.end()
      await admin.query(`DROP SCHEMA ${schema} CASCADE`)
      await admin.end()
    },
  }
}

/** Stories of the demo corpus as windows of `contextSize` tokens, a tenth of them held out. */
export async function writeTokens(folder: string, stories: number, contextSize: number): Promise<void> {
  const { tokenizer, folder: model } = await modelStore.open(MODEL_PATH, 1, 'float32')
  mkdirSync(folder, { recursive: true })
  const options = { contextSize, vocabSize: model.plan.spec.vocabSize, bosTokenId: tokenizer.bosTokenId }
  const writer = await TokenWriter.open(folder, options)
  const lines = readFileSync(join(ROOT, 'demo/stories.jsonl'), 'utf8').split('\n').slice(0, stories)
  for (const [i, line] of lines.entries()) {
    if (i === Math.floor(stories * 0.9)) await writer.endTrain()
    await writer.add(tokenizer.encode((JSON.parse(line) as { text: string }).text))
  }
  await writer.finish(null)
}

/**
 * An SAE without training: decoder rows are centred activations of the text `seed` scaled to norm 1, the encoder is
 * their transpose, so that features fire where the text resembles their own token.
 */
export async function writeSae(
  folder: string,
  dSae: number,
  k: number,
  tokens: Int32Array,
  seq: number,
): Promise<void> {
  const { model } = await modelStore.open(MODEL_PATH, 1, 'float32')
  const dIn = model.spec.dModel
  const x = await model.capture({ tokens, batch: tokens.length / seq, seq }, SITE)
  const mean = new Float32Array(dIn)
  for (let i = 0; i < x.length; i++) mean[i % dIn]! += x[i]! / tokens.length
  const wDec = new Float32Array(dSae * dIn)
  const wEnc = new Float32Array(dSae * dIn)
  for (let f = 0; f < dSae; f++) {
    const row = x.slice(f * dIn, (f + 1) * dIn).map((value, i) => value - mean[i]!)
    const norm = Math.hypot(...row)
    for (let i = 0; i < dIn; i++) {
      wDec[f * dIn + i] = row[i]! / norm
      wEnc[i * dSae + f] = row[i]! / norm
    }
  }
  const cfg = {
    architecture: 'topk',
    k,
    d_in: dIn,
    d_sae: dSae,
    dtype: 'float32',
    apply_b_dec_to_input: true,
    normalize_activations: 'none',
    reshape_activations: 'none',
    rescale_acts_by_decoder_norm: false,
    metadata: { hook_name: SITE, model_name: 'tiny-stories-1m', context_size: seq },
  }
  const tensor = (name: string, shape: number[], data: Float32Array) => ({ name, dtype: 'F32' as const, shape, data })
  await writeSaeLensFolder(folder, cfg, [
    tensor('W_enc', [dIn, dSae], wEnc),
    tensor('W_dec', [dSae, dIn], wDec),
    tensor('b_enc', [dSae], new Float32Array(dSae).fill(-1)),
    tensor('b_dec', [dIn], mean),
  ])
}

export interface Subjects {
  readonly modelId: string
  readonly saeId: string
  readonly tokenizationId: string
}

/** Rows of a model, a tokenization and an SAE as the backend would have them. */
export async function insertSubjects(db: Pool, dSae: number, k: number, contextSize: number): Promise<Subjects> {
  const [modelId, saeId, tokenizationId, datasetId] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()]
  await db.query(`INSERT INTO model (id, name, path) VALUES ($1, 'demo', $2)`, [modelId, MODEL_PATH])
  await db.query(`INSERT INTO dataset (id, name, file_name, source) VALUES ($1, 'stories', 'stories.jsonl', '{}')`, [
    datasetId,
  ])
  await db.query(
    `INSERT INTO tokenization (id, dataset_id, model_id, context_size, prepend_bos, ready_at) VALUES ($1, $2, $3, $4, true, now())`,
    [tokenizationId, datasetId, modelId, contextSize],
  )
  await db.query(
    `INSERT INTO sae (id, name, model_id, model_name, site, architecture, d_in, d_sae, k, context_size, bytes)
     VALUES ($1, 'sae', $2, 'demo', $3, 'topk', 128, $4, $5, $6, 0)`,
    [saeId, modelId, SITE, dSae, k, contextSize],
  )
  return { modelId, saeId, tokenizationId }
}

export async function insertExtraction(db: Pool, subjects: Subjects, params: Partial<ExtractionParams>) {
  const runParams: ExtractionRunParams = {
    extractionId: randomUUID(),
    saeId: subjects.saeId,
    tokenizationId: subjects.tokenizationId,
    modelPath: MODEL_PATH,
    precision: 'float32',
    params: ExtractionParamsSchema.parse(params),
  }
  await db.query(
    `INSERT INTO extraction (id, sae_id, tokenization_id, dataset_name, params) VALUES ($1, $2, $3, 'stories', $4)`,
    [runParams.extractionId, subjects.saeId, subjects.tokenizationId, JSON.stringify(runParams.params)],
  )
  return runParams
}

export interface TestJob<P> extends JobContext<P> {
  readonly stages: string[]
}

/** A job as the runner would give it; `control` sees the stage and how many reports of it there were. */
export function testJob<P>(
  database: TestDatabase,
  dataDir: string,
  kind: JobKind,
  params: P,
  options: { attempt?: number; control?: (stage: string, reports: number) => Control } = {},
): TestJob<P> {
  const stages: string[] = []
  const count = () => stages.filter((stage) => stage === stages.at(-1)).length
  return {
    job: { id: randomUUID(), kind, subjectId: randomUUID(), attempt: options.attempt ?? 1, params },
    dataDir,
    threads: 1,
    db: database.pool,
    stages,
    control: () => options.control?.(stages.at(-1) ?? '', count()) ?? 'run',
    progress: ({ stage }) => void stages.push(stage),
    metrics: () => {},
    event: () => {},
    log: () => {},
    flush: async () => {},
    commit: database.transaction,
  }
}
