import { parseSaeCfg } from '@mistudio/interp/saes'
import { describe, expect, it } from 'vitest'
import { requireExtractable, requireSteerable } from './sae-kinds.js'

const sae = (architecture: string, kind: { transcoder?: boolean; signed?: boolean; siteWidths?: number[] }) => ({
  cfg: parseSaeCfg({
    architecture,
    d_in: 4,
    d_sae: 8,
    apply_b_dec_to_input: false,
    ...(architecture.includes('topk') ? { k: 2 } : {}),
    ...(architecture.endsWith('transcoder') ? { d_out: 4 } : {}),
    ...(kind.siteWidths ? { site_widths: kind.siteWidths } : {}),
    metadata: { sae_lens_version: '6.0.0' },
  }),
  transcoder: kind.transcoder ?? false,
  signed: kind.signed ?? false,
  siteWidths: kind.siteWidths ?? [4],
})

describe('kinds of SAEs', () => {
  it('of a site with activations from 0 up are extracted and steered with', () => {
    expect(() => requireExtractable(sae('jumprelu', {}))).not.toThrow()
    expect(() => requireSteerable(sae('abstopk', { signed: true }))).not.toThrow()
  })

  it('that would be shown wrongly are refused by name', () => {
    expect(() => requireExtractable(sae('skip_transcoder', { transcoder: true }))).toThrow('skip_transcoder')
    expect(() => requireExtractable(sae('abstopk', { signed: true }))).toThrow('negative')
    expect(() => requireSteerable(sae('transcoder', { transcoder: true }))).toThrow('another site')
    const several = sae('topk_crosscoder', { siteWidths: [2, 2] })
    expect(() => requireExtractable(several)).toThrow('several sites')
    expect(() => requireSteerable(several)).toThrow('several sites')
  })
})
