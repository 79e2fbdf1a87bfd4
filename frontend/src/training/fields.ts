// The numbers of the training form: limits and defaults read from the contract, words written here. Pure.
import { type TopkParams, TopkParamsSchema } from '@mistudio/contracts'
import { formatNumber, formatValue } from '../ui/format.js'

/** The numbers of a TopK training that the form offers. */
export type NumberKey =
  | 'expansion'
  | 'k'
  | 'steps'
  | 'batchSize'
  | 'learningRate'
  | 'warmupSteps'
  | 'decaySteps'
  | 'adamBeta1'
  | 'adamBeta2'
  | 'clipGradNorm'
  | 'auxCoefficient'
  | 'deadWindow'
  | 'seed'
  | 'bufferContexts'
  | 'logEvery'
  | 'evalEvery'
  | 'evalTokens'
  | 'checkpointEvery'
  | 'keepCheckpoints'
export type SwitchKey = 'applyBDecToInput' | 'rescaleByDecoderNorm' | 'excludeBos'

export interface FieldText {
  readonly label: string
  readonly unit?: string
  readonly help: string
}

export const NUMBER_FIELDS: Record<NumberKey, FieldText> = {
  expansion: {
    label: 'Expansion',
    unit: '× d_in',
    help: 'Features per input dimension: d_sae = expansion × d_in. More features are finer and cost memory and time in proportion.',
  },
  k: {
    label: 'k',
    unit: 'features',
    help: 'Features kept per token; the L0 of the SAE. Smaller is easier to read, larger reconstructs better.',
  },
  steps: { label: 'Steps', unit: 'steps', help: 'Optimiser steps. Steps × batch size is the number of tokens seen.' },
  batchSize: {
    label: 'Batch size',
    unit: 'tokens',
    help: 'Tokens per step, drawn from the mixed buffer of activations.',
  },
  learningRate: {
    label: 'Learning rate',
    help: 'Peak rate of Adam. Wide SAEs want a smaller one. A loss that jumps up means it is too high.',
  },
  warmupSteps: { label: 'Warm-up', unit: 'steps', help: 'Steps over which the rate rises from zero to its peak.' },
  decaySteps: {
    label: 'Decay',
    unit: 'steps',
    help: 'Steps at the end over which the rate falls to zero. Used by the linear schedule.',
  },
  adamBeta1: { label: 'Adam β₁', help: 'Decay of the running mean of gradients.' },
  adamBeta2: { label: 'Adam β₂', help: 'Decay of the running mean of squared gradients.' },
  clipGradNorm: {
    label: 'Gradient clip',
    help: 'Largest L2 norm over all gradients; longer ones are scaled down to it.',
  },
  auxCoefficient: {
    label: 'Auxiliary coefficient',
    help: 'Weight of the loss that lets dead features explain the residual, which revives them. 0 switches it off.',
  },
  deadWindow: {
    label: 'Dead window',
    unit: 'steps',
    help: 'A feature that did not fire for more than this many steps counts as dead.',
  },
  seed: {
    label: 'Seed',
    help: 'Start of all random draws: initial weights and order of tokens. The same seed and settings give the same run.',
  },
  bufferContexts: {
    label: 'Buffer',
    unit: 'contexts',
    help: 'Contexts that are read, mixed and served together. A larger buffer mixes better and takes more memory.',
  },
  logEvery: { label: 'Report every', unit: 'steps', help: 'How often values are stored for the curves.' },
  evalEvery: { label: 'Evaluate every', unit: 'steps', help: 'How often the SAE is measured on held-out text.' },
  evalTokens: {
    label: 'Evaluation tokens',
    unit: 'tokens',
    help: 'Held-out tokens per evaluation. More is steadier and slower.',
  },
  checkpointEvery: {
    label: 'Checkpoint every',
    unit: 'steps',
    help: 'How often the whole state is written, so that an interrupted run goes on from there.',
  },
  keepCheckpoints: { label: 'Keep', unit: 'checkpoints', help: 'How many of the newest checkpoints stay on disk.' },
}

export const SWITCH_FIELDS: Record<SwitchKey, FieldText> = {
  applyBDecToInput: {
    label: 'Subtract b_dec from the input',
    help: 'The encoder sees x − b_dec, so that b_dec can carry the mean.',
  },
  rescaleByDecoderNorm: {
    label: 'Rank by decoder norm',
    help: 'The k strongest are chosen by activation × norm of the decoder row, so that scale cannot be used to win.',
  },
  excludeBos: {
    label: 'Leave out the BOS token',
    help: 'Activations at the first token are often a hundred times larger than others and would dominate the loss.',
  },
}

export const BASIC_KEYS: readonly NumberKey[] = [
  'expansion',
  'k',
  'steps',
  'batchSize',
  'learningRate',
  'warmupSteps',
  'decaySteps',
  'seed',
]
export const ADVANCED_GROUPS: readonly { title: string; keys: readonly NumberKey[] }[] = [
  { title: 'Optimiser', keys: ['adamBeta1', 'adamBeta2', 'clipGradNorm'] },
  { title: 'Dead features', keys: ['auxCoefficient', 'deadWindow'] },
  { title: 'Data', keys: ['bufferContexts'] },
  { title: 'Reports and evaluation', keys: ['logEvery', 'evalEvery', 'evalTokens'] },
  { title: 'Checkpoints', keys: ['checkpointEvery', 'keepCheckpoints'] },
]

export interface Limits {
  readonly min: number
  readonly max: number
  readonly whole: boolean
}

/** Limits of a number field, from the schema that the server checks with. */
export const limitsOf = (key: NumberKey): Limits => {
  const inner = TopkParamsSchema.shape[key].unwrap()
  return {
    min: inner.minValue ?? Number.NEGATIVE_INFINITY,
    max: inner.maxValue ?? Number.POSITIVE_INFINITY,
    whole: inner.format !== null,
  }
}

/** Default settings; the site is chosen later. */
export const defaultParams = (): Omit<TopkParams, 'site'> => {
  const { site: _, ...rest } = TopkParamsSchema.parse({ architecture: 'topk', site: 'none' })
  return rest
}

const show = (value: number): string => (Math.abs(value) >= 1000 ? formatNumber(value) : formatValue(value))

/** What is wrong with one number, in words; null when it fits. */
export const numberError = (key: NumberKey, value: number | null): string | null => {
  if (value === null) return 'Type a number.'
  const { min, max, whole } = limitsOf(key)
  if (whole && !Number.isInteger(value)) return 'Type a whole number.'
  return TopkParamsSchema.shape[key].safeParse(value).success
    ? null
    : `Between ${show(min)} and ${show(max)}${whole ? '' : ' (the ends may be excluded)'}.`
}
