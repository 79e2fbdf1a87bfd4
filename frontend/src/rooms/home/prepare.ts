// The checklist and the last results of Home, from what really exists: pure.
import type { Dataset, Extraction, Model, Sae, Steering, Tokenization } from '@mistudio/contracts'
import { places } from '../../places/index.js'
import { formatCount, formatPercent, formatValue, plural } from '../../ui/format.js'

/** How many results Home shows, and so how many of each kind it needs. */
export const LAST_RESULTS = 6

/** The newest of each kind, newest first. */
export interface HomeData {
  models: readonly Model[]
  datasets: readonly Dataset[]
  tokenizations: readonly Tokenization[]
  saes: readonly Sae[]
  extractions: readonly Extraction[]
  steering: readonly Steering[]
}

export interface Step {
  id: string
  title: string
  /** What it is for, or what is there already. */
  text: string
  done: boolean
  action: { label: string; to: string }
}

/** A steering experiment has features; plain generation (the model page's box) has none. */
const isSteered = (steering: Steering) => steering.request.variants.length > 0

export const checklist = (data: HomeData): Step[] => {
  const model = data.models.find((m) => m.status === 'ready')
  const dataset = data.datasets.find((d) => d.status === 'ready')
  const tokens = data.tokenizations.find((t) => t.status === 'ready')
  const sae = data.saes[0]
  const features = data.extractions.find((e) => e.status === 'ready')
  const steered = data.steering.find(isSteered)
  return [
    {
      id: 'model',
      title: 'A model',
      text: model ? `${model.name} is ready.` : 'The network to look inside: a folder with its weights and tokenizer.',
      done: Boolean(model),
      action: model
        ? { label: 'Open', to: places.model({ id: model.id }) }
        : { label: 'Add a model', to: places.models({ add: true }) },
    },
    {
      id: 'dataset',
      title: 'A dataset',
      text: dataset
        ? `${dataset.name}: ${plural(dataset.stats?.documents ?? 0, 'document')}.`
        : 'Texts whose activations are read. A few thousand short ones are enough.',
      done: Boolean(dataset),
      action: dataset
        ? { label: 'Open', to: places.dataset({ id: dataset.id }) }
        : { label: 'Add a dataset', to: places.datasets({ add: true }) },
    },
    {
      id: 'tokens',
      title: 'Tokens',
      text: tokens
        ? `${formatCount(tokens.stats?.tokens ?? null)} tokens of ${tokens.datasetName} for ${tokens.modelName}.`
        : 'The texts cut into the tokens of that model.',
      done: Boolean(tokens),
      action: tokens
        ? { label: 'Open', to: places.dataset({ id: tokens.datasetId, tab: 'tokenizations' }) }
        : {
            label: 'Tokenize',
            to: dataset ? places.dataset({ id: dataset.id, tab: 'tokenizations' }) : places.datasets(),
          },
    },
    {
      id: 'sae',
      title: 'A sparse autoencoder',
      text: sae
        ? `${sae.name} with ${formatCount(sae.dSae)} features at ${sae.site}.`
        : 'Splits the activations at one site into features. The defaults are sound for a first run.',
      done: Boolean(sae),
      action: sae
        ? { label: 'Open', to: places.sae({ id: sae.id }) }
        : {
            label: 'Train',
            to: tokens
              ? places.newTraining({ modelId: tokens.modelId, tokenizationId: tokens.id })
              : places.newTraining(),
          },
    },
    {
      id: 'features',
      title: 'Features',
      text: features
        ? `${formatCount(features.summary?.aliveFeatures ?? null)} features of ${features.saeName} fire on ${features.datasetName}.`
        : 'What each feature reacts to: its strongest examples, tokens and statistics.',
      done: Boolean(features),
      action: features
        ? { label: 'Browse', to: places.features({ extractionId: features.id }) }
        : { label: 'Extract', to: sae ? places.extractions({ start: true, saeId: sae.id }) : places.extractions() },
    },
    {
      id: 'steering',
      title: 'Steering',
      text: steered
        ? `Last prompt: “${steered.request.prompt.slice(0, 60)}${steered.request.prompt.length > 60 ? '…' : ''}”`
        : 'Turn a feature up or down while the model writes, and compare.',
      done: Boolean(steered),
      action: steered
        ? { label: 'Open', to: places.experiment({ id: steered.id }) }
        : { label: 'Steer', to: features ? places.steering({ extraction: features.id }) : places.steering() },
    },
  ]
}

/** Where "look inside the demo" leads: the features of the bundled SAE when they are there, else the first thing that is. */
export const demoTarget = (data: HomeData): { to: string; text: string } | null => {
  const features = data.extractions.find((e) => e.status === 'ready')
  if (features)
    return {
      to: places.features({ extractionId: features.id }),
      text: `${formatCount(features.summary?.aliveFeatures ?? features.dSae)} features of ${features.modelName} are waiting, each with the texts that wake it.`,
    }
  return null
}

export interface Result {
  key: string
  title: string
  text: string
  to: string
  at: string
}

/** Newest finished things of every kind. */
export const lastResults = (data: HomeData, limit = LAST_RESULTS): Result[] => {
  const results: Result[] = [
    ...data.saes.map((sae) => ({
      key: `sae-${sae.id}`,
      title: sae.name,
      text: sae.summary
        ? `SAE: FVU ${formatValue(sae.summary.fvu)}, CE recovered ${formatPercent(sae.summary.ceRecovered)}, L0 ${formatValue(sae.summary.l0)}`
        : `SAE with ${formatCount(sae.dSae)} features`,
      to: places.sae({ id: sae.id }),
      at: sae.createdAt,
    })),
    ...data.extractions
      .filter((e) => e.status === 'ready')
      .map((e) => ({
        key: `ext-${e.id}`,
        title: `Features of ${e.saeName}`,
        text: `${formatCount(e.summary?.aliveFeatures ?? null)} of ${formatCount(e.dSae)} fire`,
        to: places.features({ extractionId: e.id }),
        at: e.job?.finishedAt ?? e.createdAt,
      })),
    ...data.steering
      .filter((s) => s.result && isSteered(s))
      .map((s) => ({
        key: `steer-${s.id}`,
        title: s.name ?? `“${s.request.prompt.slice(0, 40)}”`,
        text: `Steered ${s.modelName} in ${plural(s.request.variants.length, 'variant')}`,
        to: places.experiment({ id: s.id }),
        at: s.createdAt,
      })),
    ...data.models
      .filter((m) => m.status === 'ready')
      .map((m) => ({
        key: `model-${m.id}`,
        title: m.name,
        text: `Model with ${formatCount(m.spec?.parameters ?? null)} parameters`,
        to: places.model({ id: m.id }),
        at: m.job?.finishedAt ?? m.createdAt,
      })),
    ...data.datasets
      .filter((d) => d.status === 'ready')
      .map((d) => ({
        key: `data-${d.id}`,
        title: d.name,
        text: `Dataset of ${plural(d.stats?.documents ?? 0, 'document')}`,
        to: places.dataset({ id: d.id }),
        at: d.job?.finishedAt ?? d.createdAt,
      })),
  ]
  return results.sort((a, b) => Date.parse(b.at) - Date.parse(a.at)).slice(0, limit)
}
