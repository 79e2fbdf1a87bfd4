// Guards: the words for the text behind figures agree with what was read.
import { ExtractionParamsSchema, type Tokenization, type Training } from '@mistudio/contracts'
import { describe, expect, it } from 'vitest'
import { knownText, type ReadExtraction, sharesLine, shortText, textLine, textOptions } from './text.js'

const text = {
  id: 't',
  datasetId: 'd',
  contextSize: 256,
  stats: { documents: 10, trainContexts: 190, heldOutContexts: 10 },
} as Tokenization

describe('what the SAE was trained on', () => {
  const training = { id: 'r', tokenizationId: 't' } as Training
  it('is told from its training, and unknown without one', () => {
    expect(knownText({ trainingId: 'r' }, text, [training], [text])).toBe('this')
    expect(knownText({ trainingId: 'r' }, { ...text, datasetId: 'e' }, [training], [text])).toBe('other')
    expect(knownText({ trainingId: 'r' }, text, [], [text])).toBe('unknown')
    expect(knownText({ trainingId: null }, text, undefined, [text])).toBe('unknown')
    expect(knownText({ trainingId: 'r' }, text, undefined, [text])).toBeNull()
  })
})

describe('the form', () => {
  it('names how much each choice holds', () => {
    expect(textOptions('this', text).map(({ label }) => label)).toEqual([
      'held-out documents · 2,560 tokens · new to the SAE',
      'training documents · 48,640 tokens · what the SAE was trained on',
      'all documents · 51,200 tokens · most of them what it was trained on',
    ])
    expect(textOptions('unknown', text)[2]?.label).toContain('any text')
  })
  it('says when a text holds less than asked for', () => {
    expect(shortText(2560, 'held_out', text)).toBeNull()
    expect(shortText(null, 'held_out', text)).toBeNull()
    expect(shortText(2561, 'held_out', text)).toContain('hold 2,560 tokens: all of them are read, and no others')
  })
})

describe('a finished extraction', () => {
  const line = (read: object | undefined, params: object, trainedOn: ReadExtraction['trainedOn'] = 'this') =>
    textLine({
      params: ExtractionParamsSchema.parse(params),
      summary: { read } as ReadExtraction['summary'],
      trainedOn,
    })
  it.each([
    [
      { train: 0, heldOut: 2560, available: 2560 },
      { text: 'held_out', tokens: 2560 },
      'this',
      'Figures from 2,560 tokens of held-out documents (new to the SAE).',
    ],
    [
      { train: 0, heldOut: 2560, available: 2560 },
      { text: 'held_out', tokens: 5000 },
      'this',
      'Figures from 2,560 tokens of held-out documents (new to the SAE). 5,000 were asked for; there are no more held-out documents.',
    ],
    [
      { train: 256, heldOut: 0, available: 48640 },
      { text: 'train', tokens: 5000 },
      'this',
      'Figures from 256 tokens of training documents (the SAE was trained on these). 5,000 were asked for; it was ended early.',
    ],
    [
      { train: 48640, heldOut: 2560, available: 51200 },
      { text: 'all', tokens: 51200 },
      'unknown',
      'Figures from 2,560 tokens of held-out and 48,640 tokens of training documents (what the SAE was trained on is not known here).',
    ],
    [
      { train: 0, heldOut: 2560, available: 2560 },
      { text: 'held_out', tokens: 2560 },
      'other',
      'Figures from 2,560 tokens of held-out documents (of another text than the SAE was trained on).',
    ],
    [undefined, {}, 'unknown', 'Figures from training documents first; how many of each was not noted then.'],
  ] as const)('says what it read: %j', (read, params, known, expected) => {
    expect(line(read, params, known)).toBe(expected)
  })
})

describe('what a self-check read', () => {
  it.each([
    [{ heldOut: 512, train: 0 }, 'this', '512 tokens of held-out documents (new to the SAE)'],
    [
      { heldOut: 512, train: 1024 },
      'other',
      '512 tokens of held-out and 1,024 tokens of training documents (of another',
    ],
    [
      { heldOut: 0, train: 1024 },
      'unknown',
      '1,024 tokens of training documents (what the SAE was trained on is not known',
    ],
  ] as const)('is said with the share of each: %o of %s text', (read, known, words) =>
    expect(sharesLine(read, known)).toContain(`Figures from ${words}`),
  )
})
