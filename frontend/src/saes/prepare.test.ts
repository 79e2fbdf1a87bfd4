// Guards: what an SAE file does not state is a dash, never an invented number.
import type { Sae } from '@mistudio/contracts'
import { expect, it } from 'vitest'
import { saeFacts, saeFigures, trainedOn } from './prepare.js'

const sae = {
  architecture: 'topk',
  site: 'blocks.1.hook_resid_post',
  dIn: 8,
  dSae: 64,
  k: null,
  contextSize: 256,
  bytes: 1024,
  summary: null,
} as Sae

it('says unknown things are unknown', () => {
  expect(saeFacts(sae).find(([label]) => label === 'k')?.[1]).toBe('–')
  expect(saeFigures(sae)).toBeNull()
  expect(trainedOn(sae)).toBe('–')
})
