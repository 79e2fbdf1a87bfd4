import { describe, expect, it } from 'vitest'
import { optionDefault, optionKind, optionSchema, optionsOf } from './option-kinds.js'
import { OPTION_TEXTS } from './option-texts.js'
import { PARAMS_SCHEMAS, SAE_TRAINING_ARCHITECTURES, withOverrides } from './params.js'
import { streamKey } from './sweeps.js'

describe('training options', () => {
  it.each(SAE_TRAINING_ARCHITECTURES)(
    '%s: every option has a kind, words, and a default that its own schema accepts',
    (architecture) => {
      for (const key of optionsOf(architecture)) {
        expect(OPTION_TEXTS[key].label, key).not.toBe('')
        const { kind } = optionKind(architecture, key)
        const value = optionDefault(architecture, key)
        if (key === 'site' || key === 'architecture') continue
        expect(optionSchema(architecture, key)?.safeParse(value).success, `${key}: ${kind}`).toBe(true)
      }
    },
  )

  it('limits are those of the schema', () => {
    expect(optionKind('topk', 'k')).toEqual({ kind: 'number', min: 1, max: 1024, whole: true, nullable: false })
    expect(optionKind('batchtopk', 'k')).toMatchObject({ whole: false })
    expect(optionKind('jumprelu', 'targetL0')).toMatchObject({ kind: 'number', nullable: true })
    expect(optionKind('jumprelu', 'sparsityLoss')).toEqual({ kind: 'choice', values: ['step', 'tanh', 'quadratic'] })
    expect(optionSchema('standard', 'k')).toBe(null)
  })

  it('another architecture keeps what is shared and takes its own defaults for the rest', () => {
    const topk = PARAMS_SCHEMAS.topk.parse({ architecture: 'topk', site: 's', k: 5, steps: 7 })
    const gated = withOverrides(topk, { architecture: 'gated' })
    expect(gated).toMatchObject({ architecture: 'gated', steps: 7, l1Coefficient: 1 })
    expect(gated).not.toHaveProperty('k')
    expect(() => withOverrides(topk, { architecture: 'gated', k: 3 })).toThrow()
    const ghosts = withOverrides(topk, { architecture: 'standard', revival: 'ghost_grads' })
    expect(ghosts.revival).toBe('ghost_grads')
    expect(withOverrides(ghosts, { architecture: 'topk' }).revival).toBe('none')
    expect(withOverrides({ ...ghosts, revival: 'resampling' }, { architecture: 'topk' }).revival).toBe('resampling')
    expect(streamKey(gated)).toBe(streamKey(topk))
    expect(streamKey(withOverrides(topk, { seed: 3 }))).not.toBe(streamKey(topk))
    expect(streamKey(withOverrides(topk, { seed: 3, dataSeed: 0 }))).toBe(streamKey(topk))
  })
})
