// Guards: what an SAE file does not state is a dash, never an invented number.
import type { Sae } from '@mistudio/contracts'
import { expect, it } from 'vitest'
import { folderFor, importLine, originLine, saeFacts, saeFigures, trainedOn } from './prepare.js'

const sae = {
  architecture: 'topk',
  site: 'blocks.1.hook_resid_post',
  sites: ['blocks.1.hook_resid_post'],
  dIn: 8,
  dSae: 64,
  k: null,
  contextSize: 256,
  bytes: 1024,
  summary: null,
  check: null,
  siteOut: null,
  origin: null,
  declared: null,
} as unknown as Sae

it('says unknown things are unknown', () => {
  expect(saeFacts(sae).find(([label]) => label === 'k')?.[1]).toBe('–')
  expect(saeFigures(sae)).toBeNull()
  expect(trainedOn(sae)).toBe('–')
})

it('names where files came from and where they would go', () => {
  expect(originLine(sae)).toBeNull()
  const hub = {
    kind: 'hub',
    repo: 'lab/saes',
    revision: 'main',
    commit: 'abcdef012345'.padEnd(40, '0'),
    path: 'layer_1',
  } as const
  expect(originLine({ origin: hub })).toBe('lab/saes layer_1 at abcdef012345')
  expect(folderFor(sae)).toBe('blocks.1.hook_resid_post')
})

it('shows the figures of a check where there was no training, and no sizes before they are known', () => {
  const at = (value: number | null) => ({ value, low: null, high: null })
  const check = { figures: { fvu: at(0.25), ceRecovered: at(null), l0: at(12) } } as unknown as Sae['check']
  expect(saeFigures({ summary: null, check })).toBe('75.0 % of variance · L0 12')
  expect(importLine({ ...sae, architecture: '' })).toBe('blocks.1.hook_resid_post')
})
