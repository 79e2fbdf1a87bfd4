// @vitest-environment happy-dom
import type { Job } from '@mistudio/contracts'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { keyOf, queryClient } from '../live/index.js'
import { keyOfAnswer, send } from './send.js'

const ID = '11111111-1111-4111-8111-111111111111'
const template = { id: ID, name: 'small', params: {}, createdAt: '2026-01-01T00:00:00Z' }
const answers: { status: number; body: unknown }[] = []
const asked: string[] = []

beforeEach(() => {
  vi.stubGlobal('fetch', async (input: string, init?: RequestInit) => {
    asked.push(`${init?.method ?? 'GET'} ${input}`)
    const { status, body } = answers.shift() ?? { status: 200, body: { data: null } }
    return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } })
  })
})
afterEach(() => {
  vi.unstubAllGlobals()
  queryClient.clear()
  answers.length = 0
  asked.length = 0
})
const isStale = (key: readonly unknown[]) => queryClient.getQueryState(key)?.isInvalidated

describe('a change', () => {
  it('makes the lists stale that show it, and no others', async () => {
    for (const name of ['listExtractions', 'listSaes', 'listModels', 'listTrainings'] as const)
      queryClient.setQueryData(keyOf(name), [])
    await send('deleteExtraction', { params: { id: ID } })
    expect(asked).toEqual([`DELETE /api/v1/extractions/${ID}`])
    expect(isStale(keyOf('listExtractions'))).toBe(true)
    expect(isStale(keyOf('listSaes'))).toBe(true)
    expect(isStale(keyOf('listModels'))).toBe(false)
    expect(isStale(keyOf('listTrainings'))).toBe(false)
  })
  it('leaves answers alone that no change concerns', async () => {
    const tensors = keyOf('modelTensors', { params: { id: ID } })
    await queryClient.fetchQuery({ queryKey: tensors, queryFn: () => [], meta: { route: 'modelTensors' } })
    queryClient.setQueryData(keyOf('listModels'), [])
    await send('deleteModel', { params: { id: '22222222-2222-4222-8222-222222222222' }, query: { files: 'keep' } })
    expect(isStale(keyOf('listModels'))).toBe(true)
    expect(isStale(tensors)).toBe(false)
  })
  it('forgets what was deleted, with all that was read of it', async () => {
    const [one, metrics] = [
      keyOf('getTraining', { params: { id: ID } }),
      keyOf('trainingMetrics', { params: { id: ID } }),
    ]
    for (const key of [one, metrics]) queryClient.setQueryData(key, {})
    await send('deleteTraining', { params: { id: ID } })
    expect([one, metrics].map((key) => queryClient.getQueryData(key))).toEqual([undefined, undefined])
  })
  it('that was refused makes its list stale too: somebody else may be why', async () => {
    queryClient.setQueryData(keyOf('listTemplates'), [template])
    answers.push({ status: 404, body: { error: { code: 'not_found', message: 'There is no such template.' } } })
    await expect(send('deleteTemplate', { params: { id: ID } })).rejects.toMatchObject({ code: 'not_found' })
    expect(isStale(keyOf('listTemplates'))).toBe(true)
  })
})

describe('the answer of a change', () => {
  const sae = { id: ID, job: null as Job | null }
  it('is kept as what its own route would answer', () => {
    expect(keyOfAnswer('createSae', {}, sae)).toEqual(['saes', ID])
    expect(keyOfAnswer('updateSae', { params: { id: ID } }, sae)).toEqual(['saes', ID])
    expect(keyOfAnswer('updateSettings', {}, {})).toEqual(['settings'])
    expect(keyOfAnswer('branchTraining', { params: { id: 'parent' } }, { id: ID })).toEqual(['trainings', ID])
  })
  it('is kept nowhere when no route answers the like', () => {
    expect(keyOfAnswer('deleteSae', { params: { id: ID } }, null)).toBeNull()
    expect(keyOfAnswer('checkSae', { params: { id: ID } }, { id: 'job' })).toBeNull()
  })
})
