// The words of steering: settings of sampling, what is done with a feature, and strengths as text. Pure.
import type { Sampling, SteeringAction } from '@mistudio/contracts'

export const SAMPLING_FIELDS: Record<keyof Sampling, { label: string; help: string; step: number }> = {
  maxTokens: { label: 'Tokens', help: 'Tokens to write at most.', step: 10 },
  temperature: { label: 'Temperature', help: '0 always takes the likeliest token; higher is more varied.', step: 0.1 },
  topP: {
    label: 'Top p',
    help: 'Draw only from the likeliest tokens that together have this probability.',
    step: 0.05,
  },
  topK: { label: 'Top k', help: 'Draw only from this many likeliest tokens; 0 = no limit.', step: 10 },
  minP: {
    label: 'Min p',
    help: 'Draw only from tokens at least this many times as likely as the likeliest one; 0 = no limit.',
    step: 0.05,
  },
  repetitionPenalty: {
    label: 'Repetition penalty',
    help: 'Above 1 makes tokens that stand already in the text less likely.',
    step: 0.05,
  },
  seed: {
    label: 'Seed',
    help: 'Start of the random draw: the same for every column.',
    step: 1,
  },
}

/** The actions in words: what a strength s means, `max` being the feature's strongest activation in the extraction. */
export const ACTIONS: Record<SteeringAction, { label: string; help: string }> = {
  add: {
    label: 'Add its direction',
    help: 's adds the decoder direction times s × max at every position in scope; −1 takes it away. Beyond ±3 text often falls apart.',
  },
  set: { label: 'Set its activation', help: 'The feature is s × max at every position in scope; 0 ablates it.' },
  scale: {
    label: 'Multiply its activation',
    help: 'Where the feature fires, its activation is times s; 1 changes nothing.',
  },
  at_least: { label: 'Raise to at least', help: 'Where the feature is below s × max, it is raised to it.' },
  at_most: { label: 'Cap at', help: 'Where the feature is above s × max, it is lowered to it.' },
}

const times = (strength: number): string => `${Math.abs(strength).toFixed(1)}×`
const sign = (strength: number): string => (strength < 0 ? '−' : '')

/** `+2.0×` added, `= 2.0×` set, `·2.0` multiplied, `≥ 2.0×`, `≤ 2.0×`. */
export const strengthText = (strength: number, action: SteeringAction = 'add'): string => {
  if (action === 'add') return `${strength > 0 ? '+' : sign(strength)}${times(strength)}`
  if (action === 'scale') return `·${sign(strength)}${Math.abs(strength).toFixed(1)}`
  const relation = { set: '=', at_least: '≥', at_most: '≤' }[action]
  return `${relation} ${sign(strength)}${times(strength)}`
}
