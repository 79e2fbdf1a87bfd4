// Guards: the request is what the screen shows, streams survive restarts, words are compared rightly.
import type { Completion, JobEvent } from '@mistudio/contracts'
import { describe, expect, it } from 'vitest'
import { addTurn, changeTurn, removeTurn, startPrompt, stopStrings, stopText } from '../../shared/prompt/prompt.js'
import {
  addFeature,
  addVariant,
  fromRequest,
  MAX_VARIANTS,
  removeFeature,
  setStrength,
  startDraft,
  sweep,
  toRequest,
  whyNot,
} from './draft.js'
import { markChanged, probabilityColors, sharedMax, variantTitle } from './prepare.js'
import { appendEvents } from './stream.js'

const ID = '3f2504e0-4f89-41d3-9a0c-0305e82c3301'
const ready = () => ({
  ...startDraft({ extraction: ID, features: [12, 40, 12] }),
  modelId: ID,
  prompt: startPrompt('Once'),
})

describe('draft', () => {
  it('takes features from the address, each once', () => {
    expect(ready().features).toEqual([12, 40])
  })
  it('sends a strength for every feature of every variant, and comes back from the request unchanged', () => {
    let draft = ready()
    draft = setStrength(draft, draft.variants[0]?.key ?? '', 40, -2.5)
    const request = toRequest(draft)
    expect(request?.variants).toEqual([
      {
        features: [
          { index: 12, strength: 1, action: 'add' },
          { index: 40, strength: -2.5, action: 'add' },
        ],
      },
    ])
    expect(toRequest(fromRequest(request as NonNullable<typeof request>))).toEqual(request)
    const capped = toRequest({ ...draft, action: 'at_most' })
    expect(capped?.variants[0]?.features.map(({ action }) => action)).toEqual(['at_most', 'at_most'])
    expect(fromRequest(capped as NonNullable<typeof capped>).action).toBe('at_most')
  })
  it('names what is missing and makes no request of it', () => {
    expect(whyNot(startDraft({}))).toBe('Choose an extraction.')
    expect(whyNot({ ...ready(), features: [] })).toBe('Choose at least one feature.')
    expect(whyNot({ ...ready(), prompt: startPrompt(' ') })).toBe('Type a prompt.')
    expect(whyNot({ ...ready(), sampling: { ...ready().sampling, topP: 0 } })).toContain('Top p')
    expect(toRequest({ ...ready(), sampling: { ...ready().sampling, seed: null } })).toBeNull()
  })
  it('sweeps all features at once and stays within the contract’s number of variants', () => {
    let draft = sweep(ready())
    expect(draft.variants.map((one) => one.strengths)).toEqual([-2, 0.5, 1, 2, 4].map((s) => ({ 12: s, 40: s })))
    for (let i = 0; i < 20; i += 1) draft = addVariant(draft)
    expect(draft.variants).toHaveLength(MAX_VARIANTS)
    expect(toRequest(draft)).not.toBeNull()
  })
  it('adds and removes a feature in every variant', () => {
    const draft = removeFeature(addFeature(sweep(ready()), 7), 12)
    expect(draft.variants.every((one) => Object.keys(one.strengths).join() === '7,40')).toBe(true)
  })
})

describe('conversation', () => {
  it('sends turns instead of a text, and comes back from the request', () => {
    let prompt = { ...startPrompt(), mode: 'chat' as const } as ReturnType<typeof startPrompt>
    prompt = changeTurn(prompt, prompt.turns[0]?.key ?? '', { content: 'Hello' })
    prompt = addTurn(addTurn(prompt))
    expect(prompt.turns.map(({ role }) => role)).toEqual(['user', 'assistant', 'user'])
    expect(whyNot({ ...ready(), prompt })).toBe('Type what the user says.')
    prompt = removeTurn(removeTurn(prompt, prompt.turns[2]?.key ?? ''), prompt.turns[1]?.key ?? '')
    const request = toRequest({ ...ready(), prompt, scope: 'completion', stop: '\\n\\n\nUser:', alternatives: 3 })
    expect(request).toMatchObject({
      prompt: '',
      messages: [{ role: 'user', content: 'Hello' }],
      scope: 'completion',
      stop: ['\n\n', 'User:'],
      alternatives: 3,
    })
    expect(toRequest(fromRequest(request as NonNullable<typeof request>))).toEqual(request)
  })
  it('writes stop strings with escapes and reads them back', () => {
    const stops = ['\n', 'a\\n', '\tb', ' c ']
    expect(stopStrings(stopText(stops))).toEqual(stops)
    expect(stopText(stops)).toBe('\\n\na\\\\n\n\\tb\n c ')
  })
  it('refuses more alternatives than can be stored', () => {
    const draft = { ...sweep(ready()), alternatives: 20, sampling: { ...ready().sampling, maxTokens: 2000 } }
    expect(whyNot(draft)).toContain('cannot be stored')
    expect(toRequest({ ...draft, alternatives: 5 })).not.toBeNull()
  })
})

const tokens = (seq: number, rows: { row: number; text: string; done: boolean }[]): JobEvent => ({
  jobId: ID,
  seq,
  at: '2026-01-01T00:00:00Z',
  type: 'tokens',
  payload: { rows },
})

it('joins streamed text per column and begins anew when the job starts again', () => {
  const first = appendEvents(
    [],
    [
      tokens(1, [{ row: 1, text: 'a', done: false }]),
      tokens(2, [
        { row: 0, text: 'x', done: false },
        { row: 1, text: 'b', done: true },
      ]),
    ],
  )
  expect(first).toEqual([
    { text: 'x', done: false },
    { text: 'ab', done: true },
  ])
  const restart: JobEvent = { ...tokens(3, []), type: 'state', payload: { state: 'running' } }
  expect(appendEvents(first, [restart, tokens(4, [{ row: 0, text: 'y', done: false }])])).toEqual([
    { text: 'y', done: false },
  ])
})

describe('comparison', () => {
  it('marks the words that differ, and the text stays the same', () => {
    const marked = markChanged('the cat sat down', 'the big cat lay down')
    expect(marked.filter((word) => word.changed).map((word) => word.text)).toEqual(['big', 'lay'])
    expect(marked.map((word) => word.text).join('')).toBe('the big cat lay down')
    expect(markChanged('', 'a b').filter((word) => word.changed)).toHaveLength(2)
  })
  it('tints by one maximum over all columns', () => {
    const completion = (values: number[]) => ({ activations: { '3': values } }) as unknown as Completion
    expect(sharedMax([completion([1, 2]), completion([5])], 3)).toBe(5)
    expect(sharedMax([completion([1])], 4)).toBe(0)
  })
  it('tints what was unlikely where it was written, and nothing of the prompt', () => {
    const one = { promptTokens: 1, tokens: [{}, {}, {}], logprobs: [0, Math.log(0.5)] } as unknown as Completion
    expect(probabilityColors(one)).toEqual([undefined, 'rgb(245 158 11 / 0.000)', 'rgb(245 158 11 / 0.300)'])
  })
  it('names a variant by its strengths', () => {
    expect(
      variantTitle([
        { index: 12, strength: 2, action: 'add' },
        { index: 40, strength: -1, action: 'add' },
        { index: 41, strength: 0, action: 'set' },
        { index: 42, strength: 3, action: 'scale' },
        { index: 43, strength: 0.5, action: 'at_most' },
      ]),
    ).toBe('#12 +2.0× · #40 −1.0× · #41 = 0.0× · #42 ·3.0 · #43 ≤ 0.5×')
    const same = [1, 2, 3].map((index) => ({ index, strength: 0.5, action: 'add' as const }))
    expect(variantTitle(same)).toBe('all 3 features +0.5×')
  })
})
