// Guards: the request is what the screen shows, streams survive restarts, words are compared rightly.
import { type Completion, type JobEvent, STEERING_LIMITS, type Steering, wasCutOff } from '@mistudio/contracts'
import { describe, expect, it } from 'vitest'
import {
  addTurn,
  changeTurn,
  removeTurn,
  roomOf,
  startPrompt,
  stopStrings,
  stopText,
} from '../../shared/prompt/prompt.js'
import {
  addFeature,
  addVariant,
  fromRequest,
  PRESETS,
  removeFeature,
  setAction,
  setStrength,
  sharedAction,
  startDraft,
  toggleFeature,
  toRequest,
  whyNot,
  withPreset,
} from './draft.js'
import { editsLine, firstWords, markChanged, probabilityColors, sharedMax, variantTitle } from './prepare.js'
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
  })
  it('has an action for each feature, and one that shows something is its default strength', () => {
    const draft = setAction(ready(), 40, 'scale')
    expect(toRequest(draft)?.variants[0]?.features).toEqual([
      { index: 12, strength: 1, action: 'add' },
      { index: 40, strength: 2, action: 'scale' },
    ])
    const chosen = setStrength(draft, draft.variants[0]?.key ?? '', 40, 0.3)
    expect(toRequest(setAction(chosen, 40, 'at_most'))?.variants[0]?.features[1]).toMatchObject({ strength: 0.3 })
  })
  it('makes exactly the same request again, whatever its columns mix', () => {
    const mixed = {
      ...toRequest(ready())!,
      variants: [
        {
          features: [
            { index: 40, strength: 0, action: 'set' as const },
            { index: 12, strength: 2, action: 'add' as const },
          ],
        },
        { features: [{ index: 12, strength: -20, action: 'at_least' as const }] },
      ],
    }
    const draft = fromRequest(mixed)
    expect(toRequest(draft)).toEqual(mixed)
    expect([sharedAction(draft, 12), sharedAction(draft, 40)]).toEqual([null, 'set'])
  })
  it('leaves a feature out of one column and takes it in again', () => {
    const [first] = ready().variants
    const without = toggleFeature(ready(), first?.key ?? '', 12)
    const key = without.variants[0]?.key ?? ''
    const left = toggleFeature(without, key, 12)
    expect(left.variants[0]?.edits.map(({ index }) => index)).toEqual([40])
    const none = toggleFeature(left, key, 40)
    expect(whyNot(none)).toBe('Column 1 steers nothing: take a feature into it or remove it.')
    expect(toggleFeature(left, key, 12).variants[0]?.edits).toHaveLength(2)
  })
  it('names what is missing and makes no request of it', () => {
    expect(whyNot(startDraft({}))).toBe('Choose an extraction.')
    expect(whyNot({ ...ready(), features: [] })).toBe('Choose at least one feature.')
    expect(whyNot({ ...ready(), prompt: startPrompt(' ') })).toBe('Type a prompt.')
    expect(whyNot({ ...ready(), sampling: { ...ready().sampling, topP: 0 } })).toContain('Top p')
    expect(toRequest({ ...ready(), sampling: { ...ready().sampling, seed: null } })).toBeNull()
  })
  it('fills columns from a preset and stays within the contract’s number of columns', () => {
    let draft = withPreset(ready(), PRESETS[0]!)
    expect(draft.variants.map(({ edits }) => edits.map(({ strength }) => strength))).toEqual([
      [0.5, 0.5],
      [1, 1],
      [2, 2],
      [4, 4],
    ])
    for (let i = 0; i < 20; i += 1) draft = addVariant(draft)
    expect(draft.variants).toHaveLength(STEERING_LIMITS.variants)
    expect(toRequest(draft)).not.toBeNull()
    const ablated = withPreset(draft, PRESETS.find(({ label }) => label === 'Ablate')!)
    expect(ablated.variants[0]?.edits[0]).toEqual({ index: 12, strength: 0, action: 'set' })
  })
  it('adds and removes a feature in every column', () => {
    const draft = removeFeature(addFeature(withPreset(ready(), PRESETS[0]!), 7), 12)
    expect(draft.variants.every(({ edits }) => edits.map(({ index }) => index).join() === '40,7')).toBe(true)
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
    const draft = {
      ...withPreset(ready(), PRESETS[0]!),
      alternatives: 20,
      sampling: { ...ready().sampling, maxTokens: 2000 },
    }
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

describe('history', () => {
  it('says what each experiment did, feature by feature', () => {
    const at = (index: number, strength: number) => ({ index, strength, action: 'add' as const })
    expect(editsLine([{ features: [at(12, 0.5), at(40, 1)] }, { features: [at(12, 2), at(40, 1)] }])).toBe(
      '#12 +0.5×, +2.0× · #40 +1.0×',
    )
  })
  it('shows the text that went furthest, and that one was stopped', () => {
    const one = (variant: number | null, kl: number | null, text: string, finish = 'length') => ({
      variant,
      kl,
      text,
      finish,
    })
    const result = { completions: [one(null, null, 'a'), one(0, 0.1, 'b'), one(1, 2, ' c\n d ', 'cancelled')] }
    const steering = { result } as unknown as Steering
    expect(firstWords(steering)).toBe('c d')
    expect(wasCutOff(steering.result)).toBe(true)
    expect(wasCutOff(null)).toBe(false)
  })
})

it('refuses a prompt that leaves no room to write', () => {
  const counted = (tokens: number) => ({ tokens: new Array(tokens).fill(0), contextLimit: 8 })
  expect(roomOf(counted(7)).refusal).toBeNull()
  expect(roomOf(counted(8)).refusal).toContain('8 tokens; the model holds 8')
  expect(roomOf(undefined)).toEqual({ tokens: null, limit: null, refusal: null })
})
