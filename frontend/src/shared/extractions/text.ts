// Words for the text that an extraction reads or has read. Pure.
import {
  type Extraction,
  type ReadText,
  type Sae,
  type TextChoice,
  type Tokenization,
  type TokensRead,
  type TrainedOn,
  type Training,
  tokensAvailable,
  trainedOn,
} from '@mistudio/contracts'
import { formatNumber } from '../../ui/format.js'

const DOCUMENTS: Record<ReadText, string> = {
  held_out: 'held-out documents',
  train: 'training documents',
  all: 'all documents',
  train_first: 'training documents first',
}
const CHOICES: Record<TrainedOn, Record<TextChoice, string>> = {
  this: {
    held_out: 'new to the SAE',
    train: 'what the SAE was trained on',
    all: 'most of them what it was trained on',
  },
  other: { held_out: 'the SAE saw neither', train: 'the SAE saw neither', all: 'the SAE was trained on another text' },
  unknown: { held_out: 'may be new to it or not', train: 'may be new to it or not', all: 'any text' },
}

/** What the SAE was trained on, seen from a tokenization; null while that is not known yet. */
export function knownText(
  sae: Pick<Sae, 'trainingId'>,
  tokenization: Tokenization,
  trainings: readonly Training[] | undefined,
  tokenizations: readonly Tokenization[],
): TrainedOn | null {
  if (sae.trainingId === null) return 'unknown'
  if (!trainings) return null
  const id = trainings.find((one) => one.id === sae.trainingId)?.tokenizationId
  return trainedOn(tokenizations.find((one) => one.id === id) ?? null, tokenization)
}

/** Choices of a form, with what each holds. */
export const textOptions = (known: TrainedOn, tokenization: Tokenization): { value: TextChoice; label: string }[] =>
  (['held_out', 'train', 'all'] as const).map((value) => ({
    value,
    label: `${DOCUMENTS[value]} · ${formatNumber(tokensAvailable(value, tokenization))} tokens · ${CHOICES[known][value]}`,
  }))

/** What is read instead when a text holds fewer tokens than asked for; null when it holds enough. */
export function shortText(tokens: number | null, choice: TextChoice, tokenization: Tokenization): string | null {
  const available = tokensAvailable(choice, tokenization)
  if (tokens === null || tokens <= available) return null
  return available === 0
    ? `There are no ${DOCUMENTS[choice]} long enough for one context.`
    : `The ${DOCUMENTS[choice]} hold ${formatNumber(available)} tokens: all of them are read, and no others.`
}

/** What the figures come from, with counts. */
export function textLine({ params, summary, trainedOn: known }: ReadExtraction): string {
  const read = summary?.read
  if (!read) return `Figures from ${DOCUMENTS[params.text]}; how many of each was not noted then.`
  return `${sharesLine(read, known)}${fewer(params, read)}`
}

/** How much was read of each share of a dataset, and what the SAE knew of it; of extractions and self-checks alike. */
export function sharesLine(read: Pick<TokensRead, 'heldOut' | 'train'>, known: TrainedOn): string {
  const parts = [part(read.heldOut, 'held-out'), part(read.train, 'training')].filter((one) => one !== null)
  return `Figures from ${parts.join(' and ')} documents ${meaning(known, read.train > 0, read.heldOut > 0)}.`
}

export type ReadExtraction = Pick<Extraction, 'params' | 'summary' | 'trainedOn'>
type Read = NonNullable<NonNullable<Extraction['summary']>['read']>

const part = (tokens: number, documents: string): string | null =>
  tokens > 0 ? `${formatNumber(tokens)} tokens of ${documents}` : null

function meaning(known: TrainedOn, train: boolean, heldOut: boolean): string {
  if (known === 'unknown') return '(what the SAE was trained on is not known here)'
  if (known === 'other') return '(of another text than the SAE was trained on)'
  if (train && heldOut) return '(the SAE was trained on the training documents)'
  return train ? '(the SAE was trained on these)' : '(new to the SAE)'
}

function fewer({ tokens, text }: Extraction['params'], { train, heldOut, available }: Read): string {
  if (train + heldOut >= tokens) return ''
  const asked = ` ${formatNumber(tokens)} were asked for`
  return train + heldOut < available
    ? `${asked}; it was ended early.`
    : `${asked}; ${text === 'all' || text === 'train_first' ? 'the text holds no more' : `there are no more ${DOCUMENTS[text]}`}.`
}
