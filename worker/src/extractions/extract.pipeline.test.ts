// The whole extraction on the demo model against PostgreSQL, compared with plain loops over dense activations.
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ExampleSchema, type ExtractionSummary, ProbeResultSchema } from '@mistudio/contracts'
import { TokenReader } from '@mistudio/formats'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { probePipeline } from '../features/probe.pipeline.js'
import { saeStore } from '../features/sae-store.js'
import { modelStore } from '../models/model-store.js'
import type { AnyOutcome, Control } from '../runner/context.js'
import { extractPipeline } from './extract.pipeline.js'
import { readingOrder } from './pass.js'
import * as setup from './testing.js'

const AT = { modelPath: setup.MODEL_PATH, precision: 'float32' } as const
const [D_SAE, K, SIZE] = [200, 8, 64]
const PARAMS = {
  tokens: 3000,
  text: 'train' as const,
  topExamples: 5,
  quantileExamples: 6,
  quantiles: 3,
  contextBefore: 6,
  contextAfter: 3,
  seed: 4,
}

describe.skipIf(!setup.databaseUrl)('extraction of the demo model', () => {
  let database: setup.TestDatabase
  let dataDir: string
  let subjects: setup.Subjects
  let tokens: TokenReader

  beforeAll(async () => {
    database = await setup.createTestDatabase()
    dataDir = mkdtempSync(join(tmpdir(), 'mistudio-'))
    subjects = await setup.insertSubjects(database.pool, D_SAE, K, SIZE)
    const folder = join(dataDir, 'tokenizations', subjects.tokenizationId)
    await setup.writeTokens(folder, 40, SIZE)
    tokens = await TokenReader.open(folder)
    await setup.writeSae(join(dataDir, 'saes', subjects.saeId), D_SAE, K, tokens.read(0, 8), SIZE)
  })
  afterAll(async () => {
    await tokens?.close()
    await modelStore.release()
    await saeStore.release()
    await database.drop()
    rmSync(dataDir, { recursive: true })
  })

  type Steps = { control?: (stage: string, reports: number) => Control; attempt?: number }
  async function extract(steps: readonly Steps[] = [{}]) {
    const params = await setup.insertExtraction(database.pool, subjects, PARAMS)
    const outcomes: (AnyOutcome | Error)[] = []
    const stages: string[] = []
    for (const [i, step] of steps.entries()) {
      const job = setup.testJob(database, dataDir, 'extraction.run', params, { attempt: i + 1, ...step })
      outcomes.push(await extractPipeline.run(job).catch((error: Error) => error))
      stages.push(...job.stages)
    }
    return { params, id: params.extractionId, outcomes, stages }
  }
  const rowsOf = async (table: string, id: string) =>
    (
      await database.pool.query(
        `SELECT to_jsonb(t) - 'extraction_id' AS row FROM ${table} t WHERE extraction_id = $1 ORDER BY 1`,
        [id],
      )
    ).rows
  const tablesOf = async (id: string) =>
    (
      await database.pool.query(`SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE $1`, [
        `%${id.replaceAll('-', '')}%`,
      ])
    ).rows

  it('stores what plain loops over all activations find', async () => {
    const { id, outcomes, stages } = await extract()
    const summary = (outcomes[0] as { result: ExtractionSummary }).result
    expect([...new Set(stages)]).toEqual(['opening', 'reading', 'comparing', 'writing', 'indexing'])

    const { model, tokenizer } = await modelStore.open(setup.MODEL_PATH, 1, 'float32')
    const sae = await saeStore.open(join(dataDir, 'saes', subjects.saeId), 1)
    const order = readingOrder(tokens, PARAMS)
    const fired = Array.from({ length: D_SAE }, () => [] as { context: number; position: number; value: number }[])
    let [counted, error, square] = [0, 0, 0]
    const sum = new Float64Array(sae.dIn)
    for (const context of order) {
      const ids = tokens.read(context, 1)
      const x = await model.capture({ tokens: ids, batch: 1, seq: SIZE }, setup.SITE)
      const code = await sae.encode(x, SIZE)
      const { values, indices } = code
      for (let i = 0; i < values.length; i++) {
        const position = Math.floor(i / K)
        if (ids[position] !== 0 && values[i]! > 0) fired[indices[i]!]!.push({ context, position, value: values[i]! })
      }
      counted += ids.filter((token) => token !== 0).length
      const decoded = sae.reconstruct(x, code)
      x.forEach((value, i) => {
        if (ids[Math.floor(i / sae.dIn)] === 0) return
        error += (value - decoded[i]!) ** 2
        square += value ** 2
        sum[i % sae.dIn]! += value
      })
    }
    const variance = square / counted - sum.reduce((total, value) => total + (value / counted) ** 2, 0)
    expect(summary).toMatchObject({ tokens: counted, contexts: 47, features: D_SAE })
    expect(summary.read).toEqual({ train: 47 * SIZE, heldOut: 0, available: tokens.trainContexts * SIZE })
    expect(summary.aliveFeatures).toBe(fired.filter((list) => list.length > 0).length)
    expect(summary.l0).toBeCloseTo(fired.flat().length / counted, 9)
    expect(summary.fvu).toBeCloseTo(error / counted / variance, 6)

    const { rows } = await database.pool.query('SELECT * FROM feature WHERE extraction_id = $1 ORDER BY index', [id])
    expect(rows).toHaveLength(D_SAE)
    for (const [f, row] of rows.entries()) {
      expect(Number(row.firings)).toBe(fired[f]!.length)
      expect(row.density).toBe(fired[f]!.length / counted)
      const strongest = Math.max(0, ...fired[f]!.map(({ value }) => value))
      expect(row.max_activation).toBeCloseTo(strongest, 4)
      expect(row.positive_logits).toHaveLength(10)
      expect(row.neighbours).toHaveLength(10)
      if (fired[f]!.length === 0) expect(row.best).toBeNull()
      else expect(ExampleSchema.parse(row.best).value).toBeCloseTo(strongest, 4)
    }
    const examples = await database.pool.query('SELECT * FROM feature_example WHERE extraction_id = $1', [id])
    expect(examples.rowCount).toBe(summary.examples)
    for (const row of examples.rows) {
      const start = row.position - row.peak
      const ids = tokens.read(row.context, 1)
      expect(row.token_ids).toEqual([...ids.subarray(start, start + row.token_ids.length)])
      expect(row.texts.join('')).toBe(
        tokenizer
          .spans(row.token_ids)
          .map(({ text }) => text)
          .join(''),
      )
      const starts = tokens.documentStarts(row.context)
      expect(starts.filter((boundary) => boundary > start && boundary < start + row.token_ids.length)).toEqual([])
      const here = fired[row.feature_index]!.filter(({ context }) => context === row.context)
      row.activations.forEach((value: number, i: number) => {
        expect(value).toBeCloseTo(here.find(({ position }) => position === start + i)?.value ?? 0, 4)
      })
    }
  })

  it('of held-out documents reads these alone, all there are, and says so', async () => {
    const params = await setup.insertExtraction(database.pool, subjects, { ...PARAMS, text: 'held_out' })
    const outcome = await extractPipeline.run(setup.testJob(database, dataDir, 'extraction.run', params))
    const held = tokens.heldOutContexts * SIZE
    expect(held).toBeLessThan(PARAMS.tokens)
    expect((outcome as { result: ExtractionSummary }).result.read).toEqual({ train: 0, heldOut: held, available: held })
    const { rows } = await database.pool.query(
      'SELECT min(context) AS first, count(*)::int AS examples FROM feature_example WHERE extraction_id = $1',
      [params.extractionId],
    )
    expect(rows[0].examples).toBeGreaterThan(0)
    expect(rows[0].first).toBeGreaterThanOrEqual(tokens.trainContexts)
  })

  it('ends with the same rows when it is suspended while reading, killed while writing and killed before the commit', async () => {
    const whole = await extract()
    const broken = await extract([
      { control: (stage, reports) => (stage === 'reading' && reports > 1 ? 'suspend' : 'run') },
      {
        control: (stage) => {
          if (stage === 'writing') throw new Error('killed while writing')
          return 'run'
        },
      },
      {
        control: (stage) => {
          if (stage === 'indexing') throw new Error('killed while indexing')
          return 'run'
        },
      },
      {},
      {},
    ])
    expect(broken.outcomes.map((outcome) => (outcome instanceof Error ? outcome.message : outcome.state))).toEqual([
      'suspended',
      'killed while writing',
      'killed while indexing',
      'completed',
      'completed',
    ])
    for (const table of ['feature', 'feature_example']) {
      expect(await rowsOf(table, broken.id)).toEqual(await rowsOf(table, whole.id))
    }
    expect(await tablesOf(broken.id)).toHaveLength(2)
    expect(existsSync(join(dataDir, 'extractions', broken.id))).toBe(false)
  })

  it.each(['reading', 'writing'])('cancel while %s leaves nothing', async (at) => {
    const { id, outcomes } = await extract([{ control: (stage) => (stage === at ? 'cancel' : 'run') }])
    expect(outcomes).toEqual([{ state: 'cancelled' }])
    expect(await tablesOf(id)).toEqual([])
    expect(existsSync(join(dataDir, 'extractions', id))).toBe(false)
  })

  it('refuses tokens longer than the SAE knows', async () => {
    await database.pool.query('UPDATE sae SET context_size = 32')
    const { outcomes } = await extract()
    await database.pool.query('UPDATE sae SET context_size = $1', [SIZE])
    expect(outcomes[0]).toMatchObject({ code: 'tokenization_mismatch', message: expect.stringContaining('32') })
  })

  it('probes own text with the encoder of the extraction', async () => {
    const params = await setup.insertExtraction(database.pool, subjects, { ...PARAMS, text: 'all', tokens: 1_000_000 })
    const job = setup.testJob(database, dataDir, 'extraction.run', params)
    const { result } = (await extractPipeline.run(job)) as { result: ExtractionSummary }
    expect(result.contexts).toBe(tokens.contexts)
    // Context 0 begins with a document, so a text that begins there is read as the same tokens with the same past.
    const { rows } = await database.pool.query(
      `SELECT feature_index AS feature, position, value FROM feature_example WHERE extraction_id = $1 AND context = 0 AND kind = 'top' AND position > 5`,
      [params.extractionId],
    )
    expect(rows.length).toBeGreaterThan(5)
    const { tokenizer } = await modelStore.open(setup.MODEL_PATH, 1, 'float32')
    for (const { feature, position, value } of rows) {
      const ids = tokens.read(0, 1).subarray(0, position + 1)
      const text = tokenizer.decode(ids.subarray(1))
      const probe = { saeId: subjects.saeId, ...AT, site: setup.SITE, feature, source: { text } }
      const outcome = await probePipeline.run(setup.testJob(database, dataDir, 'feature.probe', probe))
      const {
        tokens: spans,
        activations,
        max,
        topFeatures,
      } = ProbeResultSchema.parse((outcome as { result: unknown }).result)
      expect(spans.map(({ id }) => id)).toEqual([...ids])
      expect(activations[position]).toBeCloseTo(value, 3)
      expect(max).toBe(Math.max(...activations))
      topFeatures.forEach((list, token) => {
        expect(list.find(({ index }) => index === feature)?.value ?? 0).toBe(activations[token])
      })
    }
  })

  it('reads the whole context and the document around an example with the activations that were found', async () => {
    const params = await setup.insertExtraction(database.pool, subjects, { ...PARAMS, text: 'all', tokens: 1_000_000 })
    await extractPipeline.run(setup.testJob(database, dataDir, 'extraction.run', params))
    const { rows } = await database.pool.query(
      `SELECT feature_index AS feature, context, position, value FROM feature_example
       WHERE extraction_id = $1 AND kind = 'top' AND rank = 0 AND context > 0 ORDER BY feature_index LIMIT 6`,
      [params.extractionId],
    )
    expect(rows.length).toBe(6)
    const ask = async (
      feature: number,
      place: { context: number; position: number; reach: 'context' | 'document' },
    ) => {
      const source = { tokenizationId: params.tokenizationId, excludeBos: true, ...place }
      const probe = { saeId: subjects.saeId, ...AT, site: setup.SITE, feature, source }
      const outcome = await probePipeline.run(setup.testJob(database, dataDir, 'feature.probe', probe))
      return ProbeResultSchema.parse((outcome as { result: unknown }).result)
    }
    for (const { feature, context, position, value } of rows) {
      const whole = await ask(feature, { context, position, reach: 'context' })
      expect(whole.tokens.map(({ id }) => id)).toEqual([...tokens.read(context, 1)])
      expect(whole.position).toBe(position)
      expect(whole.activations[position]).toBeCloseTo(value, 3)
      const document = await ask(feature, { context, position, reach: 'document' })
      expect(document.activations[document.position!]).toBeCloseTo(value, 3)
      expect(document.goesOn).toEqual({ before: false, after: false })
    }
    await expect(ask(0, { context: tokens.contexts, position: 0, reach: 'context' })).rejects.toMatchObject({
      code: 'bad_request',
    })
  })

  it('says what to do about a feature that does not exist', async () => {
    const probe = { saeId: subjects.saeId, ...AT, site: setup.SITE, feature: D_SAE, source: { text: 'x' } }
    const job = setup.testJob(database, dataDir, 'feature.probe', probe)
    await expect(probePipeline.run(job)).rejects.toMatchObject({
      code: 'bad_request',
      message: expect.stringContaining('199'),
    })
  })
})
