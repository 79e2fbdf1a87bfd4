// What an import asks for and what is proposed: model and site from what the files say, never more. Pure.
import type { CreateSae, Model, SaeInspection, SaeOrigin, SaeSource, Site } from '@mistudio/contracts'

export interface ImportDraft {
  readonly name: string
  readonly modelId: string
  readonly site: string
  /** Of transcoders. */
  readonly siteOut: string
  /** Empty: the bundled text. */
  readonly tokenizationId: string
  readonly tokens: number
}

export const isTranscoder = ({ architecture }: Pick<SaeInspection, 'architecture'>): boolean =>
  architecture?.endsWith('transcoder') ?? false

/** Sites with one vector per token of the SAE's width; all of them while the width is not known. */
export const sitesFor = (model: Pick<Model, 'sites'> | undefined, width: number | null): Site[] =>
  (model?.sites ?? []).filter((site) => site.kind === 'token' && (width === null || site.width === width))

const plain = (name: string): string => (name.split('/').at(-1) ?? name).toLowerCase().replace(/[^a-z0-9]/g, '')

/** The model that the files name: the same name up to spelling, of its own or of its repository. TransformerLens calls gpt2 "gpt2-small". */
export function namedModel(models: readonly Model[], name: string | null): Model | undefined {
  if (name === null) return undefined
  const wanted = [plain(name), plain(name).replace(/small$/, '')]
  const named = (model: Model): string[] => [plain(model.name), ...(model.hub ? [plain(model.hub.repo)] : [])]
  return models.find((model) => named(model).some((own) => wanted.includes(own)))
}

/** A draft with what the files say filled in: nothing where they say nothing, or where it does not fit. */
export function proposed(found: SaeInspection, models: readonly Model[]): ImportDraft {
  const fitting = models.filter((model) => sitesFor(model, found.dIn).length > 0)
  const model = namedModel(fitting, found.declared.modelName) ?? (fitting.length === 1 ? fitting[0] : undefined)
  return {
    name: found.suggestedName,
    modelId: model?.id ?? '',
    ...sitesOf(found, model),
    tokenizationId: '',
    tokens: 8192,
  }
}

/** The stated sites, where the model has them with the SAE's widths. */
export function sitesOf(
  { declared, dIn, dOut }: SaeInspection,
  model: Model | undefined,
): Pick<ImportDraft, 'site' | 'siteOut'> {
  const at = (name: string | null, width: number | null): string =>
    sitesFor(model, width).some((site) => site.name === name) ? (name ?? '') : ''
  return { site: at(declared.site, dIn), siteOut: at(declared.siteOut, dOut) }
}

/** Why the import cannot start yet; null when it can. */
export function importProblem(draft: ImportDraft, found: SaeInspection, models: readonly Model[]): string | null {
  if (!draft.name.trim()) return 'Give it a name first.'
  const model = models.find(({ id }) => id === draft.modelId)
  if (!model) return 'Choose the model it belongs to.'
  if (sitesFor(model, found.dIn).length === 0) return `${model.name} has no site of width ${found.dIn}.`
  if (!draft.site) return 'Choose the site it reads.'
  if (isTranscoder(found) && !draft.siteOut) return 'Choose the site it reconstructs.'
  return null
}

/** Address of the bytes that were looked at: the commit, not the branch. */
const sourceOf = (origin: SaeOrigin): SaeSource =>
  origin.kind === 'folder' ? origin : { kind: 'hub', repo: origin.repo, revision: origin.commit, path: origin.path }

export const importRequest = (draft: ImportDraft, found: SaeInspection): CreateSae => ({
  source: sourceOf(found.origin),
  name: draft.name.trim(),
  modelId: draft.modelId,
  site: draft.site,
  siteOut: isTranscoder(found) ? draft.siteOut : null,
  check: { tokenizationId: draft.tokenizationId || null, tokens: draft.tokens },
})

/** Why a stated site is not the proposed one; null when it is, or when none is stated. */
export function siteHint({ declared, dIn }: SaeInspection, model: Model | undefined): string | null {
  if (!model || declared.site === null) return declared.site === null ? 'The files do not say where it reads.' : null
  const site = model.sites.find(({ name }) => name === declared.site)
  if (!site) return `The files say ${declared.site}, which ${model.name} does not have.`
  if (dIn !== null && site.width !== dIn)
    return `The files say ${declared.site}, which has width ${site.width} in ${model.name}; the SAE has d_in ${dIn}.`
  return `The files say ${declared.site}.`
}
