import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatasetPreviewSchema, DocumentsResultSchema } from '@mistudio/contracts'
import { DocumentReader } from '@mistudio/formats'
import { expect, it } from 'vitest'
import { removeFilesPipeline } from '../files/index.js'
import { documentsPipeline, importPipeline, previewPipeline } from './index.js'
import { run, temporaryFile, type World, world } from './testing.js'

const datasetId = randomUUID()
const params = (path: string, changes: object = {}) => ({
  datasetId,
  path,
  fileName: path,
  textColumn: 'text',
  txtMode: 'lines',
  onBadRecord: 'fail',
  removeSource: false,
  ...changes,
})
const jsonl = (...texts: unknown[]) =>
  temporaryFile('a.jsonl', texts.map((text) => JSON.stringify({ text })).join('\n'))
const datasets = (state: World) => {
  const folder = join(state.dataDir, 'datasets')
  return existsSync(folder) ? readdirSync(folder) : []
}
/** More text than one look at the control covers. */
const many = () => jsonl(...Array.from({ length: 60_000 }, (_, n) => `document ${n}`))

it('stores documents, counts them and marks the dataset as ready', async () => {
  const state = world(3)
  const outcome = await run(importPipeline, params(jsonl('one', 'zwölf 😀', ' ', 'three')), state)
  const stats = {
    documents: 3,
    bytes: 3 + 11 + 5,
    characters: 3 + 8 + 5,
    emptyDocuments: 1,
    skipped: 0,
    skippedRecords: [],
  }
  expect(outcome).toEqual({ state: 'completed', result: stats })
  expect(state.committed?.slice(0, 3)).toEqual([datasetId, 'jsonl', 'text'])
  const reader = await DocumentReader.open(join(state.dataDir, 'datasets', datasetId))
  expect(await reader.read(0, 9)).toEqual(['one', 'zwölf 😀', 'three'])
  await reader.close()
})

it('needs no column named where only one holds text, and names those there are where several do', async () => {
  const one = temporaryFile('a.jsonl', '{"id":1,"utterance":"one"}\n{"id":2,"utterance":"two"}')
  const state = world(3)
  await run(importPipeline, params(one, { textColumn: null }), state)
  expect(state.committed?.slice(0, 3)).toEqual([datasetId, 'jsonl', 'utterance'])
  const several = temporaryFile('a.jsonl', '{"question":"q","answer":"a"}')
  await expect(run(importPipeline, params(several, { textColumn: null }), world(3))).rejects.toMatchObject({
    code: 'dataset_invalid',
    message: expect.stringContaining('question, answer'),
  })
})

it('skips and reports broken records, or fails with the line and leaves nothing', async () => {
  const path = jsonl('a', 1, 'b')
  const skipping = await run(importPipeline, params(path, { onBadRecord: 'skip' }), world(3))
  expect(skipping).toMatchObject({
    state: 'completed_with_errors',
    result: { documents: 2, skipped: 1, skippedRecords: [{ line: 2 }] },
  })
  const state = world(3)
  await expect(run(importPipeline, params(path), state)).rejects.toMatchObject({
    code: 'dataset_invalid',
    details: { reason: 'dataset_text_invalid', line: 2 },
  })
  expect(datasets(state)).toEqual([])
  expect(state.committed).toBeUndefined()
})

it.each([
  ['cancel', 'cancelled'],
  ['stop', 'cancelled'],
  ['pause', 'paused'],
  ['suspend', 'suspended'],
] as const)('leaves nothing on %s, and imports in a later attempt', async (control, outcome) => {
  const state = world(3)
  const path = many()
  state.control = () => (state.progress.length > 0 ? control : 'run')
  expect(await run(importPipeline, params(path), state)).toEqual({ state: outcome })
  expect(datasets(state)).toEqual([])
  state.control = () => 'run'
  expect(await run(importPipeline, params(path), state)).toMatchObject({
    state: 'completed',
    result: { documents: 60_000 },
  })
  expect(datasets(state)).toEqual([datasetId])
})

it('reports progress in bytes', async () => {
  const state = world(3)
  await run(importPipeline, params(many()), state)
  expect(state.progress[0]).toMatchObject({ stage: 'importing', unit: 'bytes', done: 0, fraction: 0 })
  expect(state.progress.at(-1)).toMatchObject({ fraction: 1 })
  const done = state.progress.map((progress) => progress.done ?? Number.NaN)
  expect(done).toEqual(done.toSorted((a, b) => a - b))
})

it('clears what a killed attempt left, and answers at once when an earlier attempt committed', async () => {
  const state = world(3)
  const leftover = join(state.dataDir, 'datasets', `.${datasetId}.0123456789ab.tmp`)
  mkdirSync(leftover, { recursive: true })
  writeFileSync(join(leftover, 'documents.bin'), 'half')
  const first = await run(importPipeline, params(jsonl('one')), state)
  expect(datasets(state)).toEqual([datasetId])
  expect(await run(importPipeline, params('/source/is/gone.jsonl'), state)).toEqual(first)
})

it('removes an upload after the import, but never a file elsewhere', async () => {
  const state = world(3)
  const id = randomUUID()
  const upload = join(state.dataDir, 'uploads', id)
  mkdirSync(upload, { recursive: true })
  writeFileSync(join(upload, 'a.txt'), 'one\ntwo')
  await run(importPipeline, params(join(upload, 'a.txt'), { removeSource: true, textColumn: null }), state)
  expect(existsSync(upload)).toBe(false)
  // The last statement is about the upload's row.
  expect(state.committed).toEqual([id])
  const elsewhere = jsonl('one')
  await run(importPipeline, params(elsewhere, { removeSource: true }), world(3))
  expect(existsSync(elsewhere)).toBe(true)
})

it('removes the files when the dataset was deleted meanwhile', async () => {
  const state = world(3)
  state.rowExists = false
  await expect(run(importPipeline, params(jsonl('one')), state)).rejects.toMatchObject({ code: 'not_found' })
  expect(datasets(state)).toEqual([])
})

it('previews, pages and deletes', async () => {
  const state = world(3)
  const path = jsonl('one', 'x'.repeat(30_000), 'three')
  const preview = await run(previewPipeline, { path, fileName: 'b.jsonl' }, state)
  expect(DatasetPreviewSchema.parse('result' in preview && preview.result)).toMatchObject({
    fileName: 'b.jsonl',
    suggestedColumn: 'text',
  })
  await run(importPipeline, params(path), state)
  const page = await run(documentsPipeline, { datasetId, offset: 1, limit: 5 }, state)
  const { total, documents } = DocumentsResultSchema.parse('result' in page && page.result)
  expect([total, documents.map(({ index, characters }) => [index, characters])]).toEqual([
    3,
    [
      [1, 30_000],
      [2, 5],
    ],
  ])
  expect(documents[0]?.text.length).toBe(20_001)
  await run(removeFilesPipeline, { targets: [{ room: 'datasets', id: datasetId }] }, state)
  expect(datasets(state)).toEqual([])
})
