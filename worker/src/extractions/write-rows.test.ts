import { FeatureAccumulator } from '@mistudio/interp/features'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { peakTokens } from './feature-rows.js'
import { attachTables } from './rows.js'
import { createTestDatabase, databaseUrl, type TestDatabase } from './testing.js'
import { type WriteRequest, writeRows } from './write-rows.js'

const ID = '6d6f2a1c-0c51-4d0e-8e39-7a1f1d1c2b3a'
const WORDS = ['Once', ' upon', ' a', ' time', ',', ' a', ' cat', '\0']

/** Two contexts of eight words; feature 0 fires on " a" and " cat", feature 1 never. */
function accumulated(): FeatureAccumulator {
  const params = { topExamples: 3, quantileExamples: 3, contextBefore: 2, contextAfter: 1, histogramBins: 8, seed: 0 }
  const accumulator = new FeatureAccumulator(2, params)
  for (const [context, scale] of [
    [4, 1],
    [9, 2],
  ] as const) {
    const entries = {
      positions: Int32Array.of(2, 6),
      features: Int32Array.of(0, 0),
      values: Float32Array.of(0.5 * scale, 1.5 * scale),
      count: 2,
    }
    accumulator.add({ context, length: 8, counted: 8, documentStarts: [0], entries })
  }
  return accumulator
}

describe.skipIf(!databaseUrl)('writeRows', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await createTestDatabase()
  })
  afterAll(() => database.drop())

  const request = (attempt: number): WriteRequest => ({
    db: database.pool,
    commit: database.transaction,
    extractionId: ID,
    attempt,
    features: 2,
    findings: {
      accumulator: accumulated(),
      quantiles: 2,
      positive: { count: 1, values: Float32Array.of(3, 4), indices: Int32Array.of(6, 7) },
      negative: null,
      histograms: null,
      neighbours: { count: 1, values: Float32Array.of(0.5, 0.5), indices: Int32Array.of(1, 0) },
    },
    texts: (_, start, end) => WORDS.slice(start, end).map((text, i) => ({ id: start + i, text })),
    tokenText: (id) => WORDS[id]!,
    onProgress: () => {},
  })

  it('stores what the accumulator found, dead features too, and a broken attempt does no harm', async () => {
    const stopped = writeRows({
      ...request(1),
      onProgress: (stage) => {
        if (stage === 'indexes') throw new Error('killed')
      },
    })
    await expect(stopped).rejects.toThrow('killed')
    expect(await writeRows(request(2))).toBe(4)
    await database.transaction((tx) => attachTables(tx, ID, 2))

    const features = await database.pool.query('SELECT * FROM feature WHERE extraction_id = $1 ORDER BY index', [ID])
    const [alive, dead] = features.rows
    expect(alive).toMatchObject({
      density: 4 / 16,
      max_activation: 3,
      mean_activation: 1.5,
      firings: '4',
      top_tokens: [' cat'],
      quantile_edges: [1.5, 3, 3],
      positive_logits: [{ token: ' cat', id: 6, value: 3 }],
      negative_logits: [],
      neighbours: [{ index: 1, cosine: 0.5 }],
      search_text: ' cat\n, a cat\u2400\n, a cat\u2400',
    })
    expect(alive.best).toMatchObject({
      kind: 'top',
      context: 9,
      position: 6,
      peak: 2,
      value: 3,
      activations: [0, 0, 3, 0],
    })
    expect(alive.histogram.counts.reduce((a: number, b: number) => a + b)).toBe(4)
    expect(dead).toMatchObject({ density: 0, firings: '0', best: null, quantile_edges: [], search_text: '' })

    const examples = await database.pool.query(
      'SELECT * FROM feature_example WHERE feature_index = 0 ORDER BY kind, rank',
    )
    expect(examples.rows.map((row) => [row.kind, row.rank, row.group, row.context, row.value])).toEqual([
      ['quantile', 0, 1, 9, 3],
      ['quantile', 1, 0, 4, 1.5],
      ['top', 0, null, 9, 3],
      ['top', 1, null, 4, 1.5],
    ])
    expect(examples.rows[0]).toMatchObject({ token_ids: [4, 5, 6, 7], texts: [',', ' a', ' cat', '\u2400'], peak: 2 })
  })
})

describe('peakTokens', () => {
  it('puts the most frequent peak first, then the stronger one', () => {
    const example = (text: string) => ({
      kind: 'top' as const,
      group: null,
      value: 1,
      context: 0,
      position: 0,
      peak: 1,
      activations: [0, 1],
      tokens: [
        { id: 0, text: 'x' },
        { id: 1, text },
      ],
    })
    expect(peakTokens(['c', 'b', 'a', 'b'].map(example))).toEqual(['b', 'c', 'a'])
  })
})
