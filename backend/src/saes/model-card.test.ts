// Guards: a card says what is known with its counts, nothing it does not know, and names of users and files cannot break out of it.
import type { Sae, SaeCheck } from '@mistudio/contracts'
import { describe, expect, it } from 'vitest'
import { modelCard } from './model-card.js'

const at = (value: number, low: number | null = null, high: number | null = null) => ({ value, low, high })
const check: SaeCheck = {
  verdict: 'fits',
  reasons: [],
  notes: [],
  site: 'blocks.1.hook_resid_post',
  siteOut: null,
  trials: [],
  seconds: 1,
  model: { id: '00000000-0000-4000-8000-000000000000', name: 'tiny', precision: 'float32' },
  text: { name: 'stories', tokenizationId: null, contexts: 16, contextSize: 128, tokens: 2032, documents: 31 },
  figures: {
    l0: at(12.5, 12, 13),
    fvu: at(0.25, 0.2, 0.3),
    explainedVariance: at(0.75),
    explainedVarianceLegacy: at(0.7),
    ceRecovered: at(0.9),
    ceClean: at(2),
    ceSae: at(2.1),
    ceZero: at(3),
    inputNorm: at(5),
    deadShare: 0.125,
  },
  at: '2026-01-01T00:00:00.000Z',
}
const sae = {
  name: 'my sae',
  architecture: 'topk',
  site: 'blocks.1.hook_resid_post',
  siteOut: null,
  modelName: 'org/tiny',
  dIn: 128,
  dSae: 1024,
  k: 16,
  contextSize: 256,
  summary: null,
  check: null,
  origin: null,
  declared: null,
} as unknown as Sae
const shape = {
  architecture: 'topk',
  apply_b_dec_to_input: true,
  normalize_activations: 'none',
  rescale_acts_by_decoder_norm: false,
}

describe('a model card', () => {
  it('begins with front matter and says site, architecture, sizes and how to load it', () => {
    const card = modelCard(sae, shape, null)
    expect(card).toMatch(/^---\nlibrary_name: saelens\nbase_model: org\/tiny\ntags:\n(- .+\n)+---\n\n# my sae\n/)
    for (const part of ['`blocks.1.hook_resid_post`', '| topk |', '128 × 1024', '| k | 16 |', 'SAE.load_from_disk'])
      expect(card).toContain(part)
    expect(card).not.toContain('Trained on')
    expect(card).not.toContain('## Figures')
  })

  it('gives figures with their counts and intervals, training options and dataset', () => {
    const card = modelCard({ ...sae, check }, shape, { params: { steps: 1000, k: 16 }, datasetName: 'stories' })
    expect(card).toContain(
      '2032 tokens in 16 contexts of 128, stories; BOS left out). 95 % intervals leave out whole documents',
    )
    expect(card).toContain('| L0 | 12.5 (12 to 13) |')
    expect(card).toContain('| Never fired | 12.5 % |')
    expect(card).toContain('| Trained on | stories |')
    expect(card).toContain('"steps": 1000')
  })

  it('names what an SAE is weak at before its figures', () => {
    const weak = { ...check, figures: { ...check.figures, fvu: at(0.95, 0.93, 0.97), ceRecovered: at(0.1) } }
    const card = modelCard({ ...sae, check: { ...weak, verdict: 'poor' } }, shape, null)
    expect(card.indexOf('## Known weaknesses')).toBeLessThan(card.indexOf('## Self-check'))
    expect(card).toContain('- FVU is 0.95 [0.93 to 0.97]')
    expect(card).toContain('It works poorly')
    expect(modelCard({ ...sae, check }, shape, null)).not.toContain('weaknesses')
  })

  it('gives no share of CE recovered that has no meaning', () => {
    const none = { ...check, figures: { ...check.figures, ceRecovered: { value: null, low: null, high: null } } }
    expect(modelCard({ ...sae, check: none }, shape, null)).toContain('| CE recovered | no value |')
  })

  it('lets no name begin a line, end a cell or open a tag', () => {
    const card = modelCard({ ...sae, name: 'a\n---\n<script>|b', modelName: 'x\ny|z' }, shape, null)
    expect(card.match(/^---$/gm)).toHaveLength(2)
    expect(card).not.toContain('<script>')
    expect(card).toContain('| Model | x y\\|z |')
  })

  it('does not send users to SAELens with what it cannot open', () => {
    const card = modelCard(
      { ...sae, architecture: 'topk_transcoder' },
      { ...shape, architecture: 'topk_transcoder' },
      null,
    )
    expect(card).toContain('SAELens has no architecture topk_transcoder')
    expect(card).not.toContain('load_from_disk')
  })
})
