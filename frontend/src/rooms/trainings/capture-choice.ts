// A capture as the source of a new training: which may be chosen, in words, and what choosing one fixes in the draft. Pure.
import type { Capture, Site } from '@mistudio/contracts'
import { formatBytes, formatCount, formatNumber, plural } from '../../ui/format.js'
import { type Draft, siteOf } from './form.js'

/** Finished captures of the training text of a model whose tokens are still there, in the order of the list. */
export const trainableCaptures = (captures: readonly Capture[], modelId: string): Capture[] =>
  captures.filter(
    ({ status, modelId: own, tokenizationId, params }) =>
      status === 'ready' && own === modelId && tokenizationId !== null && params.split === 'train',
  )

const sitesText = ({ sites }: Pick<Capture, 'sites'>): string =>
  sites.length <= 2 ? sites.map(({ name }) => name).join(', ') : plural(sites.length, 'site')

export const captureLabel = (capture: Capture): string =>
  `Capture of ${capture.datasetName} · ${sitesText(capture)} · ${formatCount(capture.tokens)} tokens · ${capture.params.dtype}`

/** What a training from it reads: `blocks.1.hook_resid_post: d_in 128 · 100,352 tokens · float16 · 25.6 MB · model at float32`. */
export const captureFacts = (capture: Capture): string =>
  [
    capture.sites.map(({ name, width }) => `${name}: d_in ${formatNumber(width)}`).join(', '),
    `${formatNumber(capture.tokens)} tokens`,
    capture.params.dtype,
    formatBytes(capture.summary?.bytes ?? capture.estimatedBytes),
    `model at ${capture.precision}`,
  ].join(' · ')

/** The sites that may be chosen: those of the capture where there is one. */
export const offeredSites = (sites: readonly Site[], capture: Capture | undefined): Site[] =>
  sites.filter(({ name }) => !capture || capture.sites.some((site) => site.name === name))

/**
 * The draft with what its capture fixes: its tokens, and only sites that it holds. A capture that is not among `captures` is let go; while
 * they are not read yet (undefined) nothing changes. The same draft when nothing changes.
 */
export function withCapture(draft: Draft, captures: readonly Capture[] | undefined): Draft {
  if (draft.captureId === '' || !captures) return draft
  const capture = captures.find(({ id }) => id === draft.captureId)
  if (!capture) return { ...draft, captureId: '' }
  const names = capture.sites.map(({ name }) => name)
  const { values } = draft
  const more = Array.isArray(values['moreSites']) ? values['moreSites'] : []
  const site = names.includes(siteOf(draft)) ? siteOf(draft) : (names[0] ?? '')
  const moreSites = more.filter((name) => names.includes(name) && name !== site)
  const outputSite = names.includes(String(values['outputSite'])) ? values['outputSite'] : null
  const same =
    site === siteOf(draft) && moreSites.length === more.length && outputSite === (values['outputSite'] ?? null)
  if (same && draft.tokenizationId === capture.tokenizationId) return draft
  const tokenizationId = capture.tokenizationId ?? ''
  return { ...draft, tokenizationId, values: { ...values, site, moreSites, outputSite } }
}
