// What the check of stored data found, as lists and the System page get it, and when it starts by itself.
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../testing/app.js'
import { StoredDataService } from './stored-data.service.js'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.close())

const [WHOLE, DAMAGED] = [randomUUID(), randomUUID()]

it('shows damage on the thing and in the summary', async () => {
  for (const id of [WHOLE, DAMAGED])
    await app.database.pool.query(
      `INSERT INTO dataset (id, name, file_name, source, ready_at) VALUES ($1, 'd', 'd.txt', '{}', now())`,
      [id],
    )
  await app.database.pool.query(
    `INSERT INTO stored_check (room, id, bytes, file, found_at) VALUES ('datasets', $1, 10, NULL, NULL), ('datasets', $2, 5, 'documents.bin', now())`,
    [WHOLE, DAMAGED],
  )
  expect((await app.call('GET', `/datasets/${WHOLE}`)).body.data.damage).toBeNull()
  expect((await app.call('GET', `/datasets/${DAMAGED}`)).body.data.damage).toMatchObject({
    room: 'datasets',
    file: 'documents.bin',
  })
  expect((await app.call('GET', '/system/stored-data')).body.data).toMatchObject({
    checked: 2,
    bytes: 15,
    job: null,
    damaged: [{ room: 'datasets', id: DAMAGED, file: 'documents.bin' }],
  })
})

it('starts by itself only when something was not looked at for a week', async () => {
  const jobs = async () => (await app.database.pool.query(`SELECT params FROM job WHERE kind = 'data.check'`)).rows
  const service = app.app.get(StoredDataService, { strict: false })
  await service.checkWhenIdle()
  expect(await jobs()).toEqual([])
  await app.database.pool.query(`UPDATE stored_check SET checked_at = now() - interval '8 days' WHERE id = $1`, [WHOLE])
  await service.checkWhenIdle()
  expect(await jobs()).toMatchObject([{ params: { target: null, olderThanDays: 7, givesWay: true } }])
  // One is on its way, so nothing is idle.
  await service.checkWhenIdle()
  expect(await jobs()).toHaveLength(1)
})

it('also when a model that the product keeps was not, and shows its damage on the model', async () => {
  const id = randomUUID()
  await app.database.pool.query(`UPDATE job SET state = 'completed'`)
  await app.database.pool.query(`UPDATE stored_check SET checked_at = now()`)
  await app.database.pool.query(`INSERT INTO model (id, name, path, ready_at) VALUES ($1, 'm', '/x', now())`, [id])
  await app.database.pool.query(
    `INSERT INTO stored_check (room, id, bytes, file, found_at, checked_at)
     VALUES ('models', $1, 10, 'model.safetensors', now(), now() - interval '8 days')`,
    [id],
  )
  await app.app.get(StoredDataService, { strict: false }).checkWhenIdle()
  const active = `SELECT count(*)::int AS n FROM job WHERE kind = 'data.check' AND state = 'queued'`
  expect((await app.database.pool.query(active)).rows).toEqual([{ n: 1 }])
  expect((await app.call('GET', `/models/${id}`)).body.data.damage).toMatchObject({ file: 'model.safetensors' })
  await app.call('DELETE', `/models/${id}`)
  expect((await app.call('GET', '/system/stored-data')).body.data.damaged).toHaveLength(1)
})

it('one check at a time', async () => {
  const target = { room: 'datasets', id: DAMAGED }
  expect((await app.call('POST', '/system/stored-data/check', { target })).body.error.code).toBe('conflict')
  await app.database.pool.query(`UPDATE job SET state = 'completed'`)
  const { body } = await app.call('POST', '/system/stored-data/check', { target })
  expect(body.data).toMatchObject({ kind: 'data.check', state: 'queued' })
})
