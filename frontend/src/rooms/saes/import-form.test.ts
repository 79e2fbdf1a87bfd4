// Guards: what is proposed is what the files say, and nothing where it does not fit.
import type { Model, SaeInspection } from '@mistudio/contracts'
import { describe, expect, it } from 'vitest'
import { importProblem, importRequest, namedModel, proposed, siteHint, sitesFor } from './import-form.js'

const site = (name: string, width: number, kind: 'token' | 'pattern' = 'token') => ({
  name,
  layer: 0,
  kind,
  width,
  shape: '',
})
const model = (id: string, name: string, width: number, hub: string | null = null) =>
  ({
    id,
    name,
    hub: hub === null ? null : { repo: hub, revision: 'main', commit: '' },
    sites: [
      site('blocks.0.hook_resid_post', width),
      site('blocks.0.hook_mlp_out', width),
      site('blocks.0.attn.hook_pattern', width, 'pattern'),
    ],
  }) as unknown as Model
const found = (more: object = {}, declared: object = {}) =>
  ({
    origin: { kind: 'folder', path: '/x' },
    suggestedName: 'x',
    architecture: 'topk',
    dIn: 768,
    dOut: 768,
    declared: { modelName: 'gpt2-small', site: 'blocks.0.hook_resid_post', siteOut: null, ...declared },
    ...more,
  }) as unknown as SaeInspection
const models = [
  model('a', 'pythia-70m', 512),
  model('b', 'my copy', 768, 'openai-community/gpt2'),
  model('c', 'gpt2-medium', 1024),
]

describe('an import', () => {
  it('proposes the model and site that the files name', () => {
    expect(namedModel(models, 'EleutherAI/Pythia-70M')?.id).toBe('a')
    expect(proposed(found(), models)).toMatchObject({
      modelId: 'b',
      site: 'blocks.0.hook_resid_post',
      tokenizationId: '',
    })
    expect(importProblem(proposed(found(), models), found(), models)).toBeNull()
  })

  it('proposes nothing that does not fit', () => {
    const wide = found({ dIn: 4096 })
    expect(proposed(wide, models)).toMatchObject({ modelId: '', site: '' })
    expect(importProblem({ ...proposed(wide, models), modelId: 'a' }, wide, models)).toContain('no site of width 4096')
    const elsewhere = found({}, { site: 'blocks.11.hook_resid_post' })
    expect(proposed(elsewhere, models)).toMatchObject({ modelId: 'b', site: '' })
    expect(siteHint(elsewhere, models[1])).toContain('does not have')
    expect(importProblem(proposed(elsewhere, models), elsewhere, models)).toContain('Choose the site')
  })

  it('offers sites of the width with one vector per token', () => {
    expect(sitesFor(models[1], 768).map(({ name }) => name)).toEqual([
      'blocks.0.hook_resid_post',
      'blocks.0.hook_mlp_out',
    ])
    expect(sitesFor(models[1], 512)).toEqual([])
    expect(sitesFor(models[1], null)).toHaveLength(2)
  })

  it('asks a transcoder for its second site, and sends none for others', () => {
    const transcoder = found({ architecture: 'jumprelu_transcoder' })
    const draft = proposed(transcoder, models)
    expect(importProblem(draft, transcoder, models)).toContain('reconstructs')
    expect(importRequest({ ...draft, siteOut: 'blocks.0.hook_mlp_out' }, transcoder).siteOut).toBe(
      'blocks.0.hook_mlp_out',
    )
    expect(importRequest({ ...draft, siteOut: 'blocks.0.hook_mlp_out' }, found()).siteOut).toBeNull()
  })

  it('pins a repository to the commit that was looked at', () => {
    const origin = { kind: 'hub', repo: 'a/b', revision: 'main', commit: 'f'.repeat(40), path: 'x' }
    expect(importRequest(proposed(found(), models), found({ origin })).source).toMatchObject({
      revision: 'f'.repeat(40),
    })
  })
})
