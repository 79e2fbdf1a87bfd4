// What an SAE looks like on screen. Pure.
import type { Sae } from '@mistudio/contracts'
import { DASH, formatBytes, formatCount, formatNumber, formatPercent, formatValue } from '../ui/format.js'

/** `TopK · blocks.2.hook_resid_post · 128 → 2,048 features`. */
export const saeLine = (sae: Pick<Sae, 'architecture' | 'site' | 'dIn' | 'dSae'>): string =>
  `${sae.architecture} · ${sae.site} · ${formatNumber(sae.dIn)} → ${formatNumber(sae.dSae)} features`

/** Facts of the file; what the file does not state is a dash. */
export const saeFacts = (sae: Sae): readonly (readonly [string, string])[] => [
  ['Architecture', sae.architecture],
  ['Site', sae.site],
  ['d_in', formatNumber(sae.dIn)],
  ['d_sae', formatNumber(sae.dSae)],
  ['k', sae.k === null ? DASH : formatNumber(sae.k)],
  ['Context', `${formatNumber(sae.contextSize)} tokens`],
  ['Size on disk', formatBytes(sae.bytes)],
]

/** The three figures a list shows; null without a measurement. */
export const saeFigures = ({ summary }: Pick<Sae, 'summary'>): string | null =>
  summary &&
  `${formatPercent(1 - summary.fvu)} of variance · ${formatPercent(summary.ceRecovered)} of CE recovered · L0 ${formatValue(summary.l0)} · ${formatPercent(summary.deadShare)} dead`

export const trainedOn = ({ summary }: Pick<Sae, 'summary'>): string =>
  summary ? `${formatCount(summary.tokens)} tokens` : DASH
