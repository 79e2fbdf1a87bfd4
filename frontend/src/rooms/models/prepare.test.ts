import type { Site } from '@mistudio/contracts'
import { describe, expect, it } from 'vitest'
import { isTrainable, isTrainingSite, judgeSelfCheck, siteGroups, trainingAddress } from './prepare.js'

const site = (name: string, layer: number | null): Site => ({
  name,
  layer,
  kind: 'token',
  width: 8,
  shape: 'batch × seq × 8',
})

describe('models', () => {
  it('group sites by layer, in order, with the outer ones first', () => {
    const groups = siteGroups([
      site('blocks.10.hook_resid_post', 10),
      site('blocks.2.hook_resid_post', 2),
      site('hook_embed', null),
    ])
    expect(groups.map((group) => group.label)).toEqual(['Whole model', 'Layer 2', 'Layer 10'])
  })
  it('offer streams and sublayer outputs for training', () => {
    expect(isTrainingSite(site('blocks.0.hook_mlp_out', 0))).toBe(true)
    expect(isTrainingSite(site('blocks.0.attn.hook_pattern', 0))).toBe(false)
  })
  it('lead from a vector per token to the training form, and from nothing else', () => {
    const model = { id: 'm1', status: 'ready' as const }
    const stream = site('blocks.0.hook_resid_pre', 0)
    expect(isTrainable(model, stream)).toBe(true)
    expect(trainingAddress(model, stream)).toBe('/trainings/new?modelId=m1&site=blocks.0.hook_resid_pre')
    expect(isTrainable({ status: 'importing' }, stream)).toBe(false)
    expect(isTrainable(model, { ...stream, kind: 'pattern' })).toBe(false)
    expect(isTrainable(model, { ...stream, width: 1 })).toBe(false)
  })
  it('call a loss near uniform guessing bad and a low one good', () => {
    const check = { finite: true, tokens: 100, milliseconds: 5, uniformLossNats: 10 }
    expect(judgeSelfCheck({ ...check, lossNats: 3 }).good).toBe(true)
    expect(judgeSelfCheck({ ...check, lossNats: 9.9 }).good).toBe(false)
    expect(judgeSelfCheck({ ...check, lossNats: 3, finite: false }).good).toBe(false)
  })
})
