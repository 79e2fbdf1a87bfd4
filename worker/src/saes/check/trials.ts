// Other readings of an SAE that does not seem to fit: at other sites of its width, and with inputs scaled to mean norm √d_in, as SAELens's
// expected_average_only_in does before it is folded. They are measured in the open and stored with the check; nothing is changed by them.

import { type RunnableModel, siteWidth } from '@mistudio/interp/models'
import {
  type EvaluationBatch,
  fvuGain,
  type Sae,
  SumsByUnit,
  type Trial,
  type UnitSums,
  unexplained,
  wholeOf,
} from '@mistudio/interp/saes'
import { withModelErrors } from '../../models/errors.js'
import type { CheckText } from './contexts.js'

/** A trial reads so many tokens, and on until there are so many documents, but not more than so many tokens; about. */
const TRIAL = { tokens: 2048, documents: 12, mostTokens: 8192 }
/** Sites of one forward pass: bounds what is held in memory. */
const SITES_AT_ONCE = 8
const MAX_SITES = 96
const AT_RUN_TIME = ['layer_norm', 'constant_norm_rescale']

export interface TrialRequest {
  readonly model: RunnableModel
  readonly sae: Sae
  readonly site: string
  /** Where its files say that it reads; null when they do not. */
  readonly declaredSite: string | null
  readonly text: CheckText
  readonly counted: (token: number, position: number) => boolean
  /** Mean ‖x‖ at the site. */
  readonly inputNorm: number
  /** Called between forward passes; throws to end the trials. */
  readonly check: () => void
}

export async function tryOthers(request: TrialRequest): Promise<Trial[]> {
  const { sae, site, inputNorm } = request
  // What a transcoder reconstructs at another layer is anybody's guess.
  if (sae.transcoder) return []
  const text = firstTokens(request.text)
  const [here] = await measureAt(request, text, [site], 1)
  if (!here) return []
  const trials: Trial[] = []
  const add = (kind: Trial['kind'], label: string, there: readonly UnitSums[]) => {
    const { tokens, active } = wholeOf(there)
    const fvu = unexplained(wholeOf(there))
    trials.push({ kind, label, fvu, l0: active / tokens, tokens, gain: fvuGain(here, there) })
  }
  if (!AT_RUN_TIME.includes(sae.cfg.normalize_activations) && inputNorm > 0) {
    const scale = Math.sqrt(sae.dIn) / inputNorm
    const [scaled] = await measureAt(request, text, [site], scale)
    if (scaled) add('scale', `inputs of mean norm √d_in (times ${scale.toPrecision(3)})`, scaled)
  }
  const sites = otherSites(request)
  for (let first = 0; first < sites.length; first += SITES_AT_ONCE) {
    const part = sites.slice(first, first + SITES_AT_ONCE)
    const found = await measureAt(request, text, part, 1)
    for (const [i, there] of found.entries()) add('site', part[i]!, there)
  }
  return trials
}

/** Sites of the SAE's width: the one that its files state, the same kind at other layers, then other kinds at its own layer. */
function otherSites({ model, sae, site, declaredSite }: TrialRequest): string[] {
  const [, layer = '', kind = ''] = /^blocks\.(\d+)\.(.+)$/.exec(site) ?? []
  const fitting = model.sites.filter((one) => one.name !== site && one.kind !== 'pattern' && siteWidth(one) === sae.dIn)
  const same = fitting.filter(({ name }) => kind !== '' && name.endsWith(`.${kind}`))
  const near = fitting.filter(
    ({ name }) => name.startsWith(`blocks.${layer}.`) && !same.some((one) => one.name === name),
  )
  const stated = fitting.filter(({ name }) => name === declaredSite)
  return [...new Set([...stated, ...same, ...near].map(({ name }) => name))].slice(0, MAX_SITES)
}

/** A batch and the unit of each of its tokens. */
type Piece = EvaluationBatch & { readonly units: Int32Array }

function firstTokens({ batches, units }: CheckText): Piece[] {
  const chosen: Piece[] = []
  const seen = new Set<number>()
  let tokens = 0
  for (const [n, batch] of batches.entries()) {
    if (tokens >= TRIAL.mostTokens || (tokens >= TRIAL.tokens && seen.size >= TRIAL.documents)) break
    chosen.push({ ...batch, units: units[n]! })
    tokens += batch.tokens.length
    for (const unit of units[n]!) seen.add(unit)
  }
  return chosen
}

/** Sums at each of `sites`, inputs multiplied by `scale` on the way in and reconstructions divided by it. */
async function measureAt(
  { model, sae, counted, check }: TrialRequest,
  text: readonly Piece[],
  sites: readonly string[],
  scale: number,
): Promise<UnitSums[][]> {
  const sums = sites.map(() => new SumsByUnit(sae.dIn))
  for (const { units, ...batch } of text) {
    check()
    const { captured } = await withModelErrors(() => model.forward(batch, { capture: [...sites] }))
    const isCounted = (row: number) => counted(batch.tokens[row]!, row % batch.seq)
    for (const [i, site] of sites.entries()) {
      const x = captured[site]!
      const seen = scale === 1 ? x : x.map((value) => value * scale)
      const code = await sae.encode(seen, batch.tokens.length, { seq: batch.seq })
      const made = sae.reconstruct(seen, code)
      const reconstruction = scale === 1 ? made : made.map((value) => value / scale)
      const { batch: contexts, seq } = batch
      sums[i]!.addReconstruction({
        batch: contexts,
        seq,
        x,
        target: x,
        reconstruction,
        code,
        counted: isCounted,
        units,
      })
    }
  }
  return sums.map((one) => one.result())
}
