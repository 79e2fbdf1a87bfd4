// Damage of what the product keeps: found by whoever opens it and by the check, said with the way out, noted where the pages read it.
import { createHash, randomUUID } from 'node:crypto'
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { AppError, type StoredCheckParams } from '@mistudio/contracts'
import {
  DocumentReader,
  DocumentWriter,
  SAELENS_WEIGHTS,
  TokenReader,
  TokenWriter,
  writeSaeLensFolder,
} from '@mistudio/formats'
import type { Pool } from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../datasets/testing.js'
import { saeFolder, saeStore, writeSaeManifest } from '../features/index.js'
import { ownDatabase } from '../hub/testing/database.js'
import type { Control, JobContext } from '../runner/context.js'
import { errorBody } from '../runner/errors.js'
import { noteDamage } from './damage.js'
import { withFileErrors } from './errors.js'
import { writeModelManifest } from './model-manifest.js'
import { storedCheckPipeline } from './stored-check.pipeline.js'

let db: Pool
let drop: () => Promise<void>
beforeAll(async () => {
  const database = await ownDatabase()
  db = database.db
  drop = database.drop
})
afterAll(() => drop())

let dataDir: string
beforeEach(async () => {
  dataDir = temporaryFolder()
  await db.query('DELETE FROM stored_check')
  await db.query('DELETE FROM job')
  await db.query('DELETE FROM model')
})

function flip(path: string): void {
  const byte = readFileSync(path)[9]! ^ 1
  const file = openSync(path, 'r+')
  writeSync(file, Uint8Array.of(byte), 0, 1, 9)
  closeSync(file)
}

const folder = (room: string, id: string): string => {
  const path = join(dataDir, room, id)
  mkdirSync(path, { recursive: true })
  return path
}

async function tokens(): Promise<string> {
  const id = randomUUID()
  const writer = await TokenWriter.open(folder('tokenizations', id), {
    contextSize: 4,
    vocabSize: 99,
    bosTokenId: null,
  })
  await writer.add(Int32Array.from({ length: 40 }, (_, i) => i))
  writer.endSplits()
  await writer.finish({})
  return id
}

async function documents(): Promise<string> {
  const id = randomUUID()
  const writer = await DocumentWriter.open(folder('datasets', id))
  await writer.add('a text of some length')
  await writer.finish({})
  return id
}

async function sae({ manifest }: { manifest: boolean }): Promise<string> {
  const id = randomUUID()
  const cfg = { architecture: 'standard', d_in: 2, d_sae: 2, apply_b_dec_to_input: true, metadata: {} }
  const tensor = (name: string, shape: number[]) => ({
    name,
    dtype: 'F32' as const,
    shape,
    data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => 1),
  })
  const tensors = [tensor('W_enc', [2, 2]), tensor('W_dec', [2, 2]), tensor('b_enc', [2]), tensor('b_dec', [2])]
  const files = await writeSaeLensFolder(folder('saes', id), cfg, tensors)
  if (manifest) await writeSaeManifest(saeFolder(dataDir, id), files)
  return id
}

const failure = (work: () => Promise<unknown>): Promise<AppError> =>
  withFileErrors(work).then(
    () => Promise.reject(new Error('It was opened.')),
    (error: AppError) => error,
  )

async function check(params: Partial<StoredCheckParams> = {}, control: Control = 'run') {
  const context = {
    job: { params: storedCheckPipeline.parse({ target: null, olderThanDays: 0, givesWay: false, ...params }) },
    dataDir,
    db,
    control: () => control,
    progress: () => undefined,
  } as unknown as JobContext<StoredCheckParams>
  return storedCheckPipeline.run(context)
}
const found = async () =>
  (await db.query('SELECT room, id, file, found_at IS NOT NULL AS dated FROM stored_check')).rows

describe('a damaged file', () => {
  it.each([
    ['tokenizations', tokens, 'tokens.bin', /tokenize the dataset again/, (path: string) => TokenReader.open(path)],
    ['datasets', documents, 'documents.bin', /Import the dataset again/, (path: string) => DocumentReader.open(path)],
  ] as const)('of %s is refused with the file and the way out', async (room, make, file, wayOut, open) => {
    const id = await make()
    await (await open(join(dataDir, room, id))).close()
    flip(join(dataDir, room, id, file))
    const error = await failure(() => open(join(dataDir, room, id)))
    expect(error).toMatchObject({ code: 'data_damaged', details: { room, id, file } })
    expect(error.message).toMatch(wayOut)
    expect(error.message).toContain(file)
  })

  it('of an SAE is refused also while the SAE is open', async () => {
    const id = await sae({ manifest: true })
    await saeStore.open(saeFolder(dataDir, id), 1)
    flip(join(saeFolder(dataDir, id), SAELENS_WEIGHTS))
    const error = await failure(() => saeStore.open(saeFolder(dataDir, id), 1))
    expect(error).toMatchObject({ code: 'data_damaged', details: { room: 'saes', id, file: SAELENS_WEIGHTS } })
    await saeStore.release()
  })

  it('of an SAE that a version without manifests wrote is refused from its first use on', async () => {
    const id = await sae({ manifest: false })
    await saeStore.open(saeFolder(dataDir, id), 1)
    flip(join(saeFolder(dataDir, id), SAELENS_WEIGHTS))
    expect(await failure(() => saeStore.open(saeFolder(dataDir, id), 1))).toMatchObject({ code: 'data_damaged' })
    await saeStore.release()
  })

  it('that a job met is noted', async () => {
    const id = await tokens()
    flip(join(dataDir, 'tokenizations', id, 'tokens.bin'))
    const error = await failure(() => TokenReader.open(join(dataDir, 'tokenizations', id)))
    await noteDamage(db, errorBody(error))
    expect(await found()).toEqual([{ room: 'tokenizations', id, file: 'tokens.bin', dated: true }])
  })

  it('that came from outside is none of ours', async () => {
    const path = join(temporaryFolder(), randomUUID())
    mkdirSync(path)
    writeFileSync(join(path, 'manifest.json'), '{}')
    expect(await failure(() => TokenReader.open(path))).toMatchObject({ code: 'file_invalid' })
  })
})

/** A model of which it was noted what its files hashed to; its row as registration leaves it. */
async function model(path: string): Promise<string> {
  const id = randomUUID()
  mkdirSync(path, { recursive: true })
  writeFileSync(join(path, 'model.safetensors'), 'weights of a model')
  const sha256 = createHash('sha256').update('weights of a model').digest('hex')
  await writeModelManifest(dataDir, path, [{ name: 'model.safetensors', bytes: 18, sha256 }])
  await db.query(`INSERT INTO model (id, name, path, ready_at) VALUES ($1, 'm', $2, now())`, [id, path])
  return id
}

describe('the check of stored data', () => {
  it('reads models that the product keeps, uploads and snapshots of the hub, and no folder of a user', async () => {
    const upload = join(dataDir, 'uploads', randomUUID(), 'model')
    const snapshot = join(dataDir, 'hub', 'org--tiny', 'a'.repeat(40))
    const [uploaded, fetched, own] = [await model(upload), await model(snapshot), await model(temporaryFolder())]
    expect(await check()).toMatchObject({ result: { checked: 2, damaged: 0, bytes: 36 } })
    flip(join(upload, 'model.safetensors'))
    rmSync(join(snapshot, 'model.safetensors'))
    await check()
    const rows = await found()
    expect(rows).toContainEqual({ room: 'models', id: uploaded, file: 'model.safetensors', dated: true })
    expect(rows.map(({ id }) => id)).not.toContain(own)
    flip(join(upload, 'model.safetensors'))
    await check({ target: { room: 'models', id: uploaded } })
    expect((await found()).find(({ id }) => id === uploaded)).toMatchObject({ file: null })
    expect((await found()).find(({ id }) => id === fetched)).toMatchObject({ file: 'model.safetensors' })
  })

  it('finds what is damaged among what is not, and that it was restored', async () => {
    const [good, bad, text, features] = [
      await tokens(),
      await tokens(),
      await documents(),
      await sae({ manifest: true }),
    ]
    flip(join(dataDir, 'tokenizations', bad, 'tokens.bin'))
    expect(await check()).toMatchObject({ state: 'completed', result: { checked: 4, damaged: 1, left: 0 } })
    const rows = await found()
    expect(rows).toHaveLength(4)
    expect(rows).toContainEqual({ room: 'tokenizations', id: bad, file: 'tokens.bin', dated: true })
    for (const id of [good, text, features])
      expect(rows.find((row) => row.id === id)).toMatchObject({ file: null, dated: false })
    flip(join(dataDir, 'tokenizations', bad, 'tokens.bin'))
    await check({ target: { room: 'tokenizations', id: bad } })
    expect((await found()).find(({ id }) => id === bad)).toMatchObject({ file: null, dated: false })
  })

  it('leaves alone what was looked at lately and what is not complete', async () => {
    await tokens()
    mkdirSync(join(dataDir, 'captures', randomUUID()), { recursive: true })
    expect(await check()).toMatchObject({ result: { checked: 1 } })
    expect(await check({ olderThanDays: 7 })).toMatchObject({ result: { checked: 0, left: 0 } })
  })

  it('finds a file that is gone', async () => {
    const id = await tokens()
    rmSync(join(dataDir, 'tokenizations', id, 'tokens.bin'))
    await check()
    expect(await found()).toEqual([{ room: 'tokenizations', id, file: 'tokens.bin', dated: true }])
  })

  it('finds a manifest that was damaged', async () => {
    const id = await documents()
    writeFileSync(join(dataDir, 'datasets', id, 'manifest.json'), '{"kind":')
    await check()
    expect(await found()).toEqual([{ room: 'datasets', id, file: 'manifest.json', dated: true }])
  })
})
