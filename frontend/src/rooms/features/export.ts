// Examples and features as text that leaves the page: Markdown for a note, JSON for a program, CSV for a table. Pure.
import { csvText, type Example, type Feature, type FeatureRow } from '@mistudio/contracts'
import { activationText } from '../../tokens/index.js'

const textOf = (example: Example): string => example.tokens.map(({ text }) => text).join('')

/** One example a line, strongest first; its peak in bold. */
export const examplesText = ({ index, label, examples }: Pick<Feature, 'index' | 'label' | 'examples'>): string =>
  [
    `Feature ${index}${label ? `: ${label}` : ''}`,
    ...[...examples].sort((a, b) => b.value - a.value).map((example) => `- ${exampleText(example)}`),
  ].join('\n')

export const exampleText = (example: Example): string => {
  const marked = example.tokens.map(({ text }, at) => (at === example.peak ? bold(text) : text))
  return `${activationText(example.value)}  ${marked
    .join('')
    .replace(/\s*\n\s*/g, ' ⏎ ')
    .trim()}`
}
/** White space stays outside of the marks, where Markdown wants it. */
const bold = (text: string): string => text.replace(/\S(?:.*\S)?/s, (word) => `**${word}**`)

export const examplesCsv = ({ index, examples }: Pick<Feature, 'index' | 'examples'>): string =>
  csvText([
    ['feature', 'kind', 'group', 'activation', 'context', 'position', 'peak', 'text'],
    ...examples.map((one) => [
      index,
      one.kind,
      one.group ?? '',
      one.value,
      one.context,
      one.position,
      one.tokens[one.peak]?.text ?? '',
      textOf(one),
    ]),
  ])

export const featureJson = (feature: Feature): string => {
  const { previous: _, next: __, version: ___, ...kept } = feature
  return `${JSON.stringify(kept, null, 2)}\n`
}

export const rowsCsv = (rows: readonly FeatureRow[]): string =>
  csvText([
    [
      'feature',
      'label',
      'starred',
      'density',
      'max_activation',
      'mean_activation',
      'firings',
      'top_tokens',
      'best_example',
    ],
    ...rows.map((row) => [
      row.index,
      row.label ?? '',
      row.starred ? 1 : 0,
      row.density,
      row.maxActivation,
      row.meanActivation,
      row.firings,
      row.topTokens.join(' '),
      row.best ? textOf(row.best) : '',
    ]),
  ])

export const rowsJson = (rows: readonly FeatureRow[]): string => `${JSON.stringify(rows, null, 2)}\n`
