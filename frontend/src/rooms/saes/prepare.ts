// What an SAE looks like on screen. Pure.
import type { Sae } from '@mistudio/contracts'
import { DASH, formatBytes, formatCount, formatNumber, formatPercent, formatValue, plural } from '../../ui/format.js'

/** A crosscoder reads and writes several sites at once. */
export const isCrosscoderSae = ({ sites }: Pick<Sae, 'sites'>): boolean => sites.length > 1

/** `TopK · blocks.2.hook_resid_post · 128 → 2,048 features`; `topk_crosscoder · 3 sites · …`. */
export const saeLine = (sae: Pick<Sae, 'architecture' | 'site' | 'sites' | 'dIn' | 'dSae'>): string =>
  `${sae.architecture} · ${isCrosscoderSae(sae) ? plural(sae.sites.length, 'site') : sae.site} · ${formatNumber(sae.dIn)} → ${formatNumber(sae.dSae)} features`

/** The same for one whose import has not looked at the weights yet. */
export const importLine = (sae: Pick<Sae, 'site' | 'sites' | 'architecture' | 'dIn' | 'dSae'>): string =>
  sae.architecture ? saeLine(sae) : sae.site

/** Where its files came from; null for SAEs trained here. */
export function originLine({ origin }: Pick<Sae, 'origin'>): string | null {
  if (!origin) return null
  if (origin.kind === 'folder') return origin.path
  return `${[origin.repo, origin.path].filter(Boolean).join(' ')} at ${origin.commit.slice(0, 12)}`
}

/** Folder of a repository that an SAE goes into unless the user says otherwise: its site. */
export const folderFor = ({ site }: Pick<Sae, 'site'>): string => site.replace(/[^\w.+-]+/g, '-')

/** Facts of the file; what the file does not state is a dash. */
export const saeFacts = (sae: Sae): readonly (readonly [string, string])[] => [
  ['Architecture', sae.architecture],
  [isCrosscoderSae(sae) ? 'Sites' : 'Site', sae.sites.join(', ')],
  ...(sae.siteOut ? [['Reconstructs', sae.siteOut] as const] : []),
  ['d_in', formatNumber(sae.dIn)],
  ['d_sae', formatNumber(sae.dSae)],
  ['k', sae.k === null ? DASH : formatNumber(sae.k)],
  ['Context', sae.contextSize === null ? 'not stated' : `${formatNumber(sae.contextSize)} tokens`],
  ['Size on disk', formatBytes(sae.bytes)],
]

/** The figures a list shows: of the training, or of the self-check; null without a measurement. */
export const saeFigures = ({ summary, check }: Pick<Sae, 'summary' | 'check'>): string | null =>
  summary ? trainedFigures(summary) : check ? checkedFigures(check.figures) : null

function checkedFigures({ fvu, ceRecovered, l0 }: NonNullable<Sae['check']>['figures']): string {
  const parts = [
    // A share of variance below zero says nothing to anybody.
    fvu.value !== null &&
      (fvu.value > 1 ? `FVU ${formatValue(fvu.value)}` : `${formatPercent(1 - fvu.value)} of variance`),
    ceRecovered.value !== null && `${formatPercent(ceRecovered.value)} of CE recovered`,
    l0.value !== null && `L0 ${formatValue(l0.value)}`,
  ]
  return parts.filter(Boolean).join(' · ')
}

function trainedFigures({ fvu, ceRecovered, l0, deadByWindow, deadShare }: NonNullable<Sae['summary']>): string {
  const parts = [
    fvu > 1 ? `FVU ${formatValue(fvu)}` : `${formatPercent(1 - fvu)} of variance`,
    ceRecovered !== null && `${formatPercent(ceRecovered)} of CE recovered`,
    `L0 ${formatValue(l0)}`,
    deadByWindow === undefined ? `${formatPercent(deadShare)} never fired` : `${formatPercent(deadByWindow)} dead`,
  ]
  return parts.filter(Boolean).join(' · ')
}

export const trainedOn = ({ summary, declared }: Pick<Sae, 'summary' | 'declared'>): string =>
  summary ? `${formatCount(summary.tokens)} tokens` : (declared?.dataset ?? DASH)
