import { isRaw, ROUTES, type RouteName, routeOf, SUBJECTS, type SubjectType } from '@mistudio/contracts'
import { describe, expect, it } from 'vitest'
import { keyOf, listOfRoute, pathKey, renewedBy, STILL } from './keys.js'

describe('keys of cached answers', () => {
  it('are the segments of the path, then what else was asked', () => {
    expect(keyOf('listModels')).toEqual(['models'])
    expect(keyOf('getModel', { params: { id: 'm' } })).toEqual(['models', 'm'])
    expect(keyOf('listTokenizations', { query: { modelId: 'm', datasetId: undefined } })).toEqual([
      'tokenizations',
      { modelId: 'm' },
    ])
    expect(keyOf('previewChat', { body: { modelId: 'm' } })).toEqual([
      'steering',
      'chat-preview',
      { body: { modelId: 'm' } },
    ])
  })
  it('differ for every question that can be asked', () => {
    const reads = (Object.keys(ROUTES) as RouteName[]).filter(
      (name) => routeOf(name).method === 'GET' && !isRaw(routeOf(name)),
    )
    const keys = reads.map((name) => JSON.stringify(keyOf(name)))
    expect(new Set(keys).size).toBe(reads.length)
  })
  it('lie below the list that their jobs renew', () => {
    for (const type of Object.keys(SUBJECTS) as SubjectType[])
      for (const path of renewedBy(type)) {
        const lists = Object.values(ROUTES).filter((route) => route.method === 'GET' && route.path === path)
        expect(lists, `${path} of ${type} can be read`).toHaveLength(1)
      }
    expect(keyOf('trainingMetrics', { params: { id: 't' } }).slice(0, 1)).toEqual(pathKey('/trainings'))
  })
  it('of still answers are of routes that only answer', () => {
    for (const name of STILL) expect(['GET', 'POST']).toContain(routeOf(name).method)
  })
})

describe('the list that a change shows in', () => {
  it('follows from the path of the change', () => {
    expect(listOfRoute('createModel')).toBe('/models')
    expect(listOfRoute('verifyModel')).toBe('/models')
    expect(listOfRoute('deleteTraining')).toBe('/trainings')
    expect(listOfRoute('endSession')).toBe('/auth/sessions')
    expect(listOfRoute('checkStored')).toBe('/system/stored-data')
    expect(listOfRoute('checkInstallation')).toBeNull()
  })
})
