import { AppError, type DatasetPreview, type Model, type TokenSample } from '@mistudio/contracts'
import { describe, expect, it } from 'vitest'
import {
  arrayChoices,
  contextProblem,
  formProblem,
  histogramBars,
  initialForm,
  sampleTokens,
  suggestedContext,
  toRequest,
  visibleText,
} from './prepare.js'

const preview = (over: Partial<DatasetPreview> = {}): DatasetPreview => ({
  fileName: 'stories.jsonl.gz',
  format: 'jsonl',
  compressed: true,
  size: 10,
  columns: [{ name: 'text', type: 'string', sample: 'a' }],
  columnsInFile: 1,
  suggestedColumn: 'text',
  recordsIn: null,
  arrays: [],
  rows: [],
  problems: [],
  ...over,
})

describe('import form', () => {
  it('starts from the preview', () => {
    expect(initialForm(preview())).toMatchObject({ name: 'stories', textColumn: 'text', onBadRecord: 'fail' })
    expect(initialForm(preview({ problems: [{ line: 3, reason: 'x' }] })).onBadRecord).toBe('skip')
  })
  it('says what is missing; txt needs no column', () => {
    const form = initialForm(preview({ suggestedColumn: null }))
    expect(formProblem(form, preview())).toContain('column')
    expect(formProblem(form, preview({ format: 'txt' }))).toBeNull()
    expect(formProblem({ ...form, name: ' ' }, preview())).toContain('name')
  })
  it('sends no column for txt', () => {
    const source = { type: 'path' as const, path: '/x' }
    expect(toRequest(initialForm(preview()), preview({ format: 'txt' }), source)).not.toHaveProperty('textColumn')
    expect(toRequest(initialForm(preview()), preview(), source)).toMatchObject({ textColumn: 'text', name: 'stories' })
  })
})

describe('the array of a JSON file', () => {
  const arrays = [
    { path: 'images', records: 1200 },
    { path: 'notes', records: 2 },
  ]
  it('can be chosen where there are several, or the object itself could be meant', () => {
    expect(arrayChoices(preview(), null)).toEqual([])
    expect(arrayChoices(preview({ recordsIn: 'notes', arrays: arrays.slice(1) }), null)).toEqual([])
    const choices = arrayChoices(preview({ recordsIn: 'notes', arrays }), null)
    expect(choices.map(({ value }) => value)).toEqual(['images', 'notes', '$'])
    expect(choices[1]?.label).toBe('notes (2)')
    expect(arrayChoices(preview({ recordsIn: '$', arrays: [{ path: '$', records: 1 }] }), null)).toEqual([])
  })
  it('is asked for where the error names choices', () => {
    const error = new AppError('dataset_invalid', 'several', { choices: ['images', 'notes'] })
    expect(arrayChoices(null, error).map(({ value }) => value)).toEqual(['images', 'notes'])
    expect(arrayChoices(null, new Error('x'))).toEqual([])
  })
  it('goes with the import', () => {
    const found = preview({ recordsIn: 'notes' })
    expect(toRequest(initialForm(found), found, { type: 'path', path: '/x' })).toMatchObject({ recordsIn: 'notes' })
  })
})

describe('context size', () => {
  const model = { spec: { maxPositions: 64 } } as Model
  it('is bounded by the model', () => {
    expect(contextProblem(64, model)).toBeNull()
    expect(contextProblem(65, model)).toContain('64')
    expect(contextProblem(4, model)).not.toBeNull()
    expect(contextProblem(null, model)).not.toBeNull()
    expect(suggestedContext(model)).toBe(64)
    expect(suggestedContext(undefined)).toBe(128)
  })
})

describe('samples and histogram', () => {
  it('marks document starts and makes white space visible', () => {
    const sample: TokenSample = {
      context: 0,
      split: 'train',
      tokens: [
        { id: 1, text: ' the' },
        { id: 2, text: '\n' },
      ],
      documentStarts: [1],
    }
    expect(sampleTokens(sample)).toEqual([
      { key: 0, id: 1, text: '·the', startsDocument: false },
      { key: 1, id: 2, text: '⏎', startsDocument: true },
    ])
    expect(visibleText('a b')).toBe('a b')
  })
  it('scales bars to the highest and survives an empty histogram', () => {
    expect(histogramBars({ edges: [0, 10, 20], counts: [1, 4] }).map((bar) => bar.height)).toEqual([0.25, 1])
    expect(histogramBars({ edges: [0, 1], counts: [0] })[0]?.height).toBe(0)
  })
})
