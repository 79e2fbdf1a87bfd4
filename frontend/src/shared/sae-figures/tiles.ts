// Figures of a trained SAE as tiles, each with its definition and interval. Pure.
import { SAE_FIGURES, TRAINING_METRICS, type Training, type TrainingMetricKey } from '@mistudio/contracts'
import { formatInterval, formatNumber, formatPercent, formatValue } from '../../ui/format.js'
import type { Tone } from '../../ui/tones.js'

/** Judgement of the dead share in a word and a tone; none dead is good. */
export const judgeDead = (share: number): { tone: Tone; word: string } =>
  share <= 0.02
    ? { tone: 'emerald', word: 'few' }
    : share <= 0.2
      ? { tone: 'amber', word: 'some' }
      : { tone: 'red', word: 'many' }

export interface Tile {
  label: string
  value: string
  detail?: string
  title: string
  tone?: Tone
}

export const definition = (key: TrainingMetricKey): string => TRAINING_METRICS[key].definition

/** `95 %: 0.071 to 0.094`, after what else there is to say. */
const withInterval = (
  bounds: Parameters<typeof formatInterval>[0],
  show: (value: number) => string,
  also?: string,
): string | undefined => {
  const interval = formatInterval(bounds, show)
  return [interval && `95 %: ${interval}`, also].filter(Boolean).join(' · ') || undefined
}
const detailed = (detail: string | undefined): Pick<Tile, 'detail'> => (detail === undefined ? {} : { detail })

type Summary = NonNullable<Training['summary']>

/** Without a value, whether the ratio means nothing here or was taken over every position, as once. */
function ceRecoveredTile({ ceRecovered, everyPosition, intervals, ceClean, ceSae, ceZero }: Summary): Tile {
  const percent = (value: number) => formatPercent(value, 2)
  if (ceRecovered === null && everyPosition?.ceClean !== undefined) {
    const { label, text } = SAE_FIGURES.ceRecoveredEveryPosition
    return { label, value: formatPercent(everyPosition.ceRecovered, 2), title: text }
  }
  const losses = `${formatValue(ceSae)} nats, clean ${formatValue(ceClean)}, zeros ${formatValue(ceZero)}`
  return {
    label: 'CE recovered',
    value: formatPercent(ceRecovered, 2),
    title: definition('ce_recovered'),
    ...(ceRecovered === null
      ? { detail: `no meaning here: ${losses}`, tone: 'amber' }
      : detailed(withInterval(intervals?.ceRecovered, percent, losses))),
  }
}

/** Final figures on held-out text, each with its definition and interval. */
export const summaryTiles = (summary: Summary): Tile[] => {
  const { intervals, deadByWindow } = summary
  const dead = judgeDead(deadByWindow ?? summary.deadShare)
  return [
    {
      label: 'FVU',
      value: formatValue(summary.fvu),
      title: definition('heldout_fvu'),
      ...detailed(withInterval(intervals?.fvu, formatValue, `${formatPercent(1 - summary.fvu)} of variance explained`)),
    },
    ceRecoveredTile(summary),
    summary.kl === null && summary.everyPosition?.kl !== undefined
      ? {
          label: 'KL, every position',
          value: formatValue(summary.everyPosition.kl),
          detail: 'nats',
          title: definition('kl_every_position'),
        }
      : {
          label: 'KL',
          value: formatValue(summary.kl),
          title: definition('kl'),
          ...detailed(withInterval(intervals?.kl, formatValue, 'nats')),
        },
    {
      label: 'L0',
      value: formatValue(summary.l0),
      title: definition('heldout_l0'),
      tone: 'blue',
      ...detailed(withInterval(intervals?.l0, formatValue, 'features per token')),
    },
    deadByWindow === undefined
      ? {
          label: SAE_FIGURES.neverFired.label,
          value: formatPercent(summary.deadShare),
          detail: dead.word,
          title: definition('heldout_dead_share'),
          tone: dead.tone,
        }
      : {
          label: 'Dead',
          value: formatPercent(deadByWindow),
          title: definition('dead'),
          tone: dead.tone,
          detail: `${dead.word}; ${formatPercent(summary.deadShare)} never fired on held-out text`,
        },
    {
      label: 'Loss',
      value: formatValue(summary.loss),
      detail: `after ${formatNumber(summary.steps)} steps`,
      title: definition('loss'),
    },
  ]
}
