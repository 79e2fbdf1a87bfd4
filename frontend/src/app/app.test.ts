import type { SystemSample } from '@mistudio/contracts'
import { describe, expect, it } from 'vitest'
import { machineSample } from '../live/testing.js'
import { movedTo } from './moved.js'
import { featuresByNumber, newestBySae, rankEntries, searchFor } from './palette-rank.js'
import { stripFigures } from './strip.js'

const sample = (over: Partial<SystemSample> = {}) =>
  machineSample({ cpu: 41.6, cpuTemperature: 50, memoryUsed: 2 * 2 ** 30, memoryTotal: 8 * 2 ** 30, ...over })

describe('header strip', () => {
  it('shows dashes before the first sample and no GPU where there is none', () => {
    expect(stripFigures(null)).toMatchObject({ cpu: '–', temperature: '–', gpu: null })
    expect(stripFigures(sample())).toMatchObject({
      cpu: '42 %',
      memory: '2.0 / 8.0 GB',
      gpu: null,
      temperature: '50 °C',
    })
  })
  it('sums GPU memory and takes the hottest temperature', () => {
    const gpu = {
      index: 0,
      name: 'g',
      utilisation: 10,
      memoryUsed: 2 ** 30,
      memoryTotal: 2 ** 31,
      temperature: 88,
      power: null,
    }
    const figures = stripFigures(sample({ gpus: [gpu, { ...gpu, index: 1, utilisation: null, temperature: 60 }] }))
    expect(figures).toMatchObject({ gpu: '10 % | – · 2 GB', temperature: '88 °C', hot: true })
  })
})

describe('palette', () => {
  const entries = [
    { label: 'Retrained base', kind: 'Model', to: '/models/1' },
    { label: 'tiny-train', kind: 'SAE', to: '/saes/1' },
    { label: 'Training', kind: 'Room', to: '/trainings' },
  ]
  it('puts names that start with the text first, then words that do, then the rest', () => {
    expect(rankEntries(entries, 'train').map((e) => e.label)).toEqual(['Training', 'tiny-train', 'Retrained base'])
  })
  it('finds by kind and needs every word', () => {
    expect(rankEntries(entries, 'sae tiny').map((e) => e.label)).toEqual(['tiny-train'])
    expect(rankEntries(entries, 'sae base')).toEqual([])
  })
  it('asks for things of a kind without the name of the kind', () => {
    expect(searchFor(' sae tiny ', 'SAE')).toBe('tiny')
    expect(searchFor('SAEs', 'SAE')).toBe('')
    expect(searchFor('sae tiny', 'Model')).toBe('sae tiny')
  })
})

describe('addresses of earlier versions', () => {
  it('lead to the same page, with what was asked for', () => {
    const to = (address: string) => movedTo(new URL(address, 'http://localhost'))
    expect(to('/training')).toBe('/trainings')
    expect(to('/training/new?modelId=m&site=s')).toBe('/trainings/new?modelId=m&site=s')
    expect(to('/activations/compare?a=1')).toBe('/captures/compare?a=1')
  })
})

describe('features in the palette', () => {
  const extraction = (id: string, saeId: string, createdAt: string, status: 'ready' | 'running' = 'ready') => ({
    id,
    saeId,
    saeName: saeId,
    dSae: 100,
    status,
    createdAt,
  })
  const all = [
    extraction('a', 'x', '1'),
    extraction('b', 'x', '3'),
    extraction('c', 'y', '2'),
    extraction('d', 'y', '4', 'running'),
  ]
  it('are looked for in the newest finished extraction of every SAE', () => {
    expect(newestBySae(all).map(({ id }) => id)).toEqual(['b', 'c'])
  })
  it('are found by number where the SAE has so many', () => {
    expect(featuresByNumber(newestBySae(all), '#12').map(({ label, to }) => [label, to])).toEqual([
      ['Feature 12 of x', '/features/b/12'],
      ['Feature 12 of y', '/features/c/12'],
    ])
    expect(featuresByNumber(newestBySae(all), '100')).toEqual([])
    expect(featuresByNumber(newestBySae(all), 'twelve')).toEqual([])
  })
})
