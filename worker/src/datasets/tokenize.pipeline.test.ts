import { randomUUID } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { TokenizationStatsSchema, TokenSamplesResultSchema } from '@mistudio/contracts'
import { TokenReader } from '@mistudio/formats'
import { describe, expect, it } from 'vitest'
import { openTokenizer } from '../tokenizer/index.js'
import { importPipeline, samplesPipeline, tokenizePipeline } from './index.js'
import { Lengths } from './lengths.js'
import { DEMO_MODEL, ROOT, run, temporaryFile, type World, world } from './testing.js'
import { heldOutFrom } from './tokenize.pipeline.js'

const datasetId = randomUUID()
const tokenizationId = randomUUID()
const contextSize = 64
const STORIES = 400
const stories = readFileSync(join(ROOT, 'demo/stories.jsonl'), 'utf8').split('\n', STORIES)

async function imported(lines: readonly string[] = stories): Promise<World> {
  const state = world(1)
  const path = temporaryFile('stories.jsonl', lines.join('\n'))
  const params = {
    datasetId,
    path,
    fileName: path,
    textColumn: 'text',
    txtMode: 'lines',
    onBadRecord: 'fail',
    removeSource: false,
  }
  await run(importPipeline, params, state)
  state.committed = undefined
  return state
}
const params = (changes: object = {}) => ({
  tokenizationId,
  datasetId,
  modelId: randomUUID(),
  modelPath: DEMO_MODEL,
  contextSize,
  prependBos: true,
  maxDocuments: null,
  ...changes,
})
const folder = (state: World) => join(state.dataDir, 'tokenizations', tokenizationId)

/** The rule as the peer writes it: `o += [bos] + ids` per document, then `o[: n * ctx]` in rows. */
async function packedLikePeer(
  lines: readonly string[],
  bos: boolean,
): Promise<{ train: number[][]; heldOut: number[][]; dropped: number }> {
  const tokenizer = await openTokenizer(DEMO_MODEL)
  const texts = lines.map((line) => (JSON.parse(line) as { text: string }).text)
  const cut = Math.trunc(texts.length * 0.95)
  let dropped = 0
  const pack = (part: string[]): number[][] => {
    const row = part.flatMap((text) => [...(bos ? [0] : []), ...tokenizer.encode(text)])
    const windows = Math.floor(row.length / contextSize)
    dropped += row.length - windows * contextSize
    return Array.from({ length: windows }, (_, i) => row.slice(i * contextSize, (i + 1) * contextSize))
  }
  return { train: pack(texts.slice(0, cut)), heldOut: pack(texts.slice(cut)), dropped }
}

describe('dataset.tokenize', () => {
  it.each([true, false])('packs and splits documents as the peer does (BOS %s)', async (prependBos) => {
    const state = await imported()
    const outcome = await run(tokenizePipeline, params({ prependBos }), state)
    const stats = TokenizationStatsSchema.parse('result' in outcome && outcome.result)
    const { train, heldOut, dropped } = await packedLikePeer(stories, prependBos)
    expect(stats).toMatchObject({
      documents: STORIES,
      trainContexts: train.length,
      heldOutContexts: heldOut.length,
      droppedTokens: dropped,
      vocabSize: 2048,
    })
    expect(stats.tokens).toBe((train.length + heldOut.length) * contextSize + dropped)
    expect(stats.histogram.counts.reduce((a, b) => a + b, 0)).toBe(STORIES)
    const reader = await TokenReader.open(folder(state))
    const windows = [...train, ...heldOut]
    expect(windows.every((window, context) => window.every((id, i) => id === reader.tokens(context)[i]))).toBe(true)
    expect(reader.bosTokenId).toBe(prependBos ? 0 : null)
    const starts = windows.map((window) => window.flatMap((id, i) => (id === 0 ? [i] : [])))
    if (prependBos) expect(windows.map((_, context) => reader.documentStarts(context))).toEqual(starts)
    await reader.close()
    expect(state.committed?.[0]).toBe(tokenizationId)
  })

  it('uses only the first documents when told', async () => {
    const state = await imported()
    const outcome = await run(tokenizePipeline, params({ maxDocuments: 100 }), state)
    const { train, heldOut } = await packedLikePeer(stories.slice(0, 100), true)
    expect(outcome).toMatchObject({
      result: { documents: 100, trainContexts: train.length, heldOutContexts: heldOut.length },
    })
  })

  it('leaves nothing on cancel; a second run after a commit answers at once', async () => {
    const state = await imported()
    state.control = () => 'cancel'
    expect(await run(tokenizePipeline, params(), state)).toEqual({ state: 'cancelled' })
    expect(existsSync(folder(state))).toBe(false)
    expect(readdirSync(join(state.dataDir, 'tokenizations'))).toEqual([])
    state.control = () => 'run'
    const first = await run(tokenizePipeline, params(), state)
    expect(await run(tokenizePipeline, params({ modelPath: '/gone' }), state)).toEqual(first)
  })

  it('refuses too little text, and says so when nothing can be held out', async () => {
    const little = await imported(stories.slice(0, 1))
    await expect(run(tokenizePipeline, params({ contextSize: 4096 }), little)).rejects.toMatchObject({
      code: 'dataset_invalid',
    })
    expect(readdirSync(join(little.dataDir, 'tokenizations'))).toEqual([])
    await run(tokenizePipeline, params({ contextSize: 16 }), little)
    expect(little.logs.join()).toContain('nothing is held out')
  })

  it('fails clearly when the dataset has no files', async () => {
    await expect(run(tokenizePipeline, params(), world(1))).rejects.toMatchObject({
      code: 'file_invalid',
      details: { reason: 'manifest_missing' },
    })
  })
})

it('dataset.samples shows windows token by token with document starts', async () => {
  const state = await imported()
  await run(tokenizePipeline, params(), state)
  const ask = async (split: string, offset: number) => {
    const outcome = await run(
      samplesPipeline,
      { tokenizationId, modelPath: DEMO_MODEL, split, offset, limit: 2 },
      state,
    )
    return TokenSamplesResultSchema.parse('result' in outcome && outcome.result)
  }
  const train = await ask('train', 0)
  const text = train.samples[0]?.tokens.map((token) => token.text).join('') ?? ''
  expect(`<|endoftext|>${(JSON.parse(stories[0]!) as { text: string }).text}`.startsWith(text.slice(0, 100))).toBe(true)
  expect(train.samples.map((sample) => [sample.context, sample.tokens.length, sample.split])).toEqual([
    [0, contextSize, 'train'],
    [1, contextSize, 'train'],
  ])
  expect(train.samples[0]?.documentStarts[0]).toBe(0)
  const heldOut = await ask('held_out', 0)
  expect(heldOut.samples[0]?.documentStarts[0]).toBe(0)
  expect((await ask('held_out', heldOut.total - 1)).samples.length).toBe(1)
})

it('holds out the last twentieth, never everything', () => {
  expect([0, 1, 2, 10, 20, 100, 4000].map(heldOutFrom)).toEqual([0, 1, 1, 9, 19, 95, 3800])
})

it('summarises lengths exactly', () => {
  const lengths = new Lengths()
  const values = Array.from({ length: 3001 }, (_, n) => (n * 37) % 1000)
  for (const value of values) lengths.add(value)
  const { minLength, maxLength, meanLength, medianLength, histogram } = lengths.summary(10)
  const sorted = values.toSorted((a, b) => a - b)
  expect([minLength, maxLength, medianLength]).toEqual([sorted[0], sorted.at(-1), sorted[1500]])
  expect(meanLength).toBeCloseTo(values.reduce((a, b) => a + b, 0) / 3001, 10)
  const counted = histogram.edges
    .slice(0, -1)
    .map((edge, i) => values.filter((value) => value >= edge && value < histogram.edges[i + 1]!).length)
  expect(histogram.counts).toEqual(counted)
})
