// Other readings of an SAE that does not seem to fit: at other sites of its width, and with inputs scaled to mean norm √d_in, as SAELens's
// expected_average_only_in does before it is folded. They are measured in the open and stored with the check; nothing is changed by them.
import {
  type EvaluationBatch,
  ReconstructionMetrics,
  type RunnableModel,
  type Sae,
  siteWidth,
  type Trial,
} from '@mistudio/interp'
import { withModelErrors } from '../../models/errors.js'

/** Tokens that a trial reads, about. */
const TRIAL_TOKENS = 2048
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
  readonly batches: readonly EvaluationBatch[]
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
  const text = firstTokens(request.batches)
  const trials: Trial[] = []
  if (!AT_RUN_TIME.includes(sae.cfg.normalize_activations) && inputNorm > 0) {
    const scale = Math.sqrt(sae.dIn) / inputNorm
    const [scaled] = await measureAt(request, text, [site], scale)
    if (scaled)
      trials.push({ kind: 'scale', label: `inputs of mean norm √d_in (times ${scale.toPrecision(3)})`, ...scaled })
  }
  const sites = otherSites(request)
  for (let first = 0; first < sites.length; first += SITES_AT_ONCE) {
    const part = sites.slice(first, first + SITES_AT_ONCE)
    const figures = await measureAt(request, text, part, 1)
    figures.forEach((figure, i) => {
      trials.push({ kind: 'site', label: part[i]!, ...figure })
    })
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

function firstTokens(batches: readonly EvaluationBatch[]): EvaluationBatch[] {
  const chosen: EvaluationBatch[] = []
  let tokens = 0
  for (const batch of batches) {
    if (tokens >= TRIAL_TOKENS) break
    chosen.push(batch)
    tokens += batch.tokens.length
  }
  return chosen
}

type Figures = Omit<Trial, 'kind' | 'label'>

/** FVU and L0 at each of `sites`, inputs multiplied by `scale` on the way in and reconstructions divided by it. */
async function measureAt(
  { model, sae, counted, check }: TrialRequest,
  text: readonly EvaluationBatch[],
  sites: readonly string[],
  scale: number,
): Promise<Figures[]> {
  const metrics = sites.map(() => new ReconstructionMetrics(sae.dIn, sae.dSae))
  for (const batch of text) {
    check()
    const { captured } = await withModelErrors(() => model.forward(batch, { capture: [...sites] }))
    for (const [i, site] of sites.entries()) {
      const x = captured[site]!
      const seen = scale === 1 ? x : x.map((value) => value * scale)
      const code = await sae.encode(seen, batch.tokens.length, { seq: batch.seq })
      const made = sae.reconstruct(seen, code)
      const reconstruction = scale === 1 ? made : made.map((value) => value / scale)
      metrics[i]!.add(x, reconstruction, code, (row) => counted(batch.tokens[row]!, row % batch.seq))
    }
  }
  return metrics.map((one) => {
    const { fvu, l0, tokens } = one.result()
    return { fvu, l0, tokens }
  })
}
