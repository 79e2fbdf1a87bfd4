import type { ModelBlock } from '@mistudio/contracts'
import { describe, expect, it } from 'vitest'
import { attentionLines, mlpLines, normLine } from './describe.js'
import { foldBlocks } from './fold.js'
import { BLOCK_WIDTH, layoutBlock } from './layout.js'

const NORM = { kind: 'rms', width: 64, eps: 1e-6, bias: false, offset: 0 } as const

const block = (window: number | null = null, change: Partial<ModelBlock> = {}): ModelBlock => ({
  parallel: false,
  attention: {
    heads: 8,
    kvHeads: 2,
    headDim: 16,
    window,
    scale: 0.25,
    softcap: null,
    qkNorm: null,
    rotary: { rope: 'default, theta 10000', width: 16, pairs: 'halves' },
    bias: { qkv: false, output: false },
  },
  mlp: { dMlp: 256, activation: 'silu', gated: true, bias: false },
  ln1: NORM,
  ln2: NORM,
  ln1Post: null,
  ln2Post: null,
  parameters: { attention: 10, mlp: 20, norm: 2 },
  ...change,
})
const windows = (...list: (number | null)[]) => foldBlocks(list.map((window) => block(window)))

describe('foldBlocks', () => {
  it('makes one segment of equal blocks', () => {
    const [segment, ...rest] = windows(null, null, null)
    expect(rest).toEqual([])
    expect(segment).toMatchObject({ first: 0, last: 2, repeats: 1, groups: [{ run: 3, layers: [0, 1, 2] }] })
  })

  it('finds patterns, and what is left after them', () => {
    const [pattern, rest] = windows(512, 512, null, 512, 512, null, 512, 512)
    expect(pattern).toMatchObject({ first: 0, last: 5, repeats: 2 })
    expect(pattern?.groups.map(({ run, layers }) => [run, layers])).toEqual([
      [2, [0, 1, 3, 4]],
      [1, [2, 5]],
    ])
    expect(rest).toMatchObject({ first: 6, last: 7, groups: [{ layers: [6, 7] }] })
  })

  it('covers every layer once, whatever the order', () => {
    const list = [1, 1, 2, 3, 3, 3, 1, 2, 1, 2, null, 7]
    const layers = windows(...list).flatMap(({ groups }) => groups.flatMap((group) => group.layers))
    expect(layers.sort((a, b) => a - b)).toEqual(list.map((_, i) => i))
  })
})

describe('layoutBlock', () => {
  const sites = (of: ModelBlock) => layoutBlock(of).dots.map(({ site }) => site)

  it('has every site of a serial block once', () => {
    const found = sites(block())
    expect(new Set(found).size).toBe(found.length)
    for (const site of [
      'hook_resid_pre',
      'ln1.hook_scale',
      'attn.hook_pattern',
      'hook_resid_mid',
      'mlp.hook_pre_linear',
    ])
      expect(found).toContain(site)
  })

  it('draws one sum and no resid_mid in a parallel block, and no second norm when it is shared', () => {
    const parallel = block(null, { parallel: true, ln2: 'shared' })
    expect(layoutBlock(parallel).sums).toHaveLength(1)
    expect(layoutBlock(block()).sums).toHaveLength(2)
    expect(sites(parallel)).not.toContain('hook_resid_mid')
    expect(layoutBlock(parallel).boxes.filter(({ kind }) => kind === 'norm')).toHaveLength(1)
  })

  it('keeps everything inside the drawing and boxes apart, with all norms present', () => {
    for (const one of [block(), block(9, { ln1Post: NORM, ln2Post: NORM }), block(9, { parallel: true })]) {
      const { boxes, dots, height } = layoutBlock(one)
      for (const { x, y } of dots) {
        expect(x).toBeGreaterThan(0)
        expect(x).toBeLessThan(BLOCK_WIDTH)
        expect(y).toBeLessThan(height)
      }
      for (const [i, a] of boxes.entries()) {
        for (const b of boxes.slice(i + 1)) {
          const apart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y
          expect(apart, `${a.title} and ${b.title}`).toBe(true)
        }
      }
      for (const [i, a] of dots.entries()) {
        for (const b of dots.slice(i + 1))
          expect(Math.hypot(a.x - b.x, a.y - b.y), `${a.site} ${b.site}`).toBeGreaterThan(24)
      }
    }
  })
})

describe('texts of the diagram', () => {
  it('say what is unusual and leave out what is not there', () => {
    expect(attentionLines(block().attention)).toEqual([
      '8 heads × 16, 2 key/value heads',
      'sees all earlier tokens',
      'rope default, theta 10000',
    ])
    const odd = { ...block(512).attention, softcap: 50, scale: 1, qkNorm: 'head', rotary: null } as const
    expect(attentionLines(odd)).toEqual([
      '8 heads × 16, 2 key/value heads',
      'sliding window, 512 tokens',
      'no rotary embedding',
      'q and k normalised per head · scores capped at ±50 ·',
      'scores not scaled',
    ])
    expect(mlpLines({ dMlp: 3072, activation: 'gelu_tanh', gated: false, bias: true })).toEqual([
      '3,072 wide · GELU (tanh) · bias',
    ])
    expect(normLine({ ...NORM, offset: 1 })).toBe('ε 1e-6, × (1 + w)')
  })
})
