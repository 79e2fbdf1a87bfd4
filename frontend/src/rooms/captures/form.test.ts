// Guards: the form starts at what the address asks for, chooses what has one answer, and says what is missing.
import { CaptureParamsSchema, type Model, type Site, type Tokenization } from '@mistudio/contracts'
import { expect, it } from 'vitest'
import { places } from '../../places/index.js'
import { judgeDraft, resolveDraft, startDraft } from './form.js'

const site = (name: string, layer: number | null, kind: Site['kind'] = 'token'): Site => ({
  name,
  layer,
  kind,
  width: 16,
  shape: 'batch × seq × 16',
})
const SITES = [
  site('hook_embed', null),
  site('blocks.0.hook_resid_post', 0),
  site('blocks.0.attn.hook_pattern', 0, 'pattern'),
  site('blocks.1.hook_resid_post', 1),
]
const model = { id: 'm', name: 'tiny', sites: SITES } as unknown as Model
const tokenization = {
  id: 't',
  modelId: 'm',
  status: 'ready',
  contextSize: 32,
  stats: { trainContexts: 100, heldOutContexts: 0 },
} as unknown as Tokenization
const start = (query: string) => startDraft(places.newCapture.read({}, new URLSearchParams(query)))

it('starts with model and site of the address, and takes the only tokenization', () => {
  const draft = start('model=m&site=blocks.1.hook_resid_post')
  const choice = resolveDraft(draft, [{ ...model, id: 'other' }, model], [tokenization])
  const { request, plan, seconds, reason } = judgeDraft(draft, choice, [])
  expect(reason).toBeNull()
  expect(request).toEqual({
    tokenizationId: 't',
    params: CaptureParamsSchema.parse({ sites: ['blocks.1.hook_resid_post'] }),
  })
  expect(plan).toMatchObject({ tokens: 3200, bytes: 3200 * (16 * 4 + 12) })
  expect(seconds).toBeNull()
})

it.each([
  ['no site', 'model=m', {}, 'site'],
  ['an empty split', 'model=m&site=hook_embed', { split: 'held_out' as const }, 'split'],
  ['no number', 'model=m&site=hook_embed', { tokens: null }, 'number'],
])('says what is missing: %s', (_, query, part, word) => {
  const draft = { ...start(query), ...part }
  const { request, reason } = judgeDraft(draft, resolveDraft(draft, [model], [tokenization]), [])
  expect(request).toBeNull()
  expect(reason).toContain(word)
})
