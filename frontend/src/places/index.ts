// Every page's address, once: what it is built from and how it is read back. Links, routes and pages ask here; no address is written
// by hand anywhere else (`scripts/rules.mjs`). Pure; knows nothing of React.
import {
  FeatureSortSchema,
  JOB_KIND_NAMES,
  JobStateSchema,
  SAE_TRAINING_ARCHITECTURES,
  SUBJECTS,
  type SubjectType,
} from '@mistudio/contracts'
import { place } from './place.js'
import { flag, listOf, number, oneOf, text, whole } from './words.js'

export type { AskedOf, PlaceChanges } from './place.js'

export const places = {
  home: place('/', {}),
  login: place('/login', { code: text }),

  models: place('/models', { add: flag }),
  model: place('/models/:id', { tab: text, tensor: text }),
  hub: place('/hub', { q: text, sort: text, repo: text, revision: text }),
  datasets: place('/datasets', { add: flag }),
  dataset: place('/datasets/:id', { tab: oneOf('documents', 'tokenizations', 'statistics', 'samples') }),

  trainings: place('/trainings', {}),
  newTraining: place('/trainings/new', {
    modelId: text,
    tokenizationId: text,
    captureId: text,
    site: text,
    architecture: oneOf(...SAE_TRAINING_ARCHITECTURES),
    /** Parameters of another training, as JSON. */
    settings: text,
    preset: oneOf('quick'),
    /** The training to branch from, and the step. */
    branch: text,
    step: whole,
  }),
  compareTrainings: place('/trainings/compare', { sweep: text, ids: listOf(text) }),
  training: place('/trainings/:id', {}),

  saes: place('/saes', {}),
  importSae: place('/saes/import', {}),
  sae: place('/saes/:id', {}),

  extractions: place('/features', { start: flag, saeId: text }),
  features: place('/features/:extractionId', {
    sort: oneOf(...FeatureSortSchema.options),
    order: oneOf('asc', 'desc'),
    search: text,
    minDensity: number,
    maxDensity: number,
    minActivation: number,
    maxActivation: number,
    starred: flag,
    labelled: flag,
    includeDead: flag,
    indices: listOf(whole),
  }),
  feature: place('/features/:extractionId/:index', { index: whole }),

  captures: place('/captures', {}),
  newCapture: place('/captures/new', { model: text, site: text }),
  compareCaptures: place('/captures/compare', { a: text, b: text }),
  capture: place('/captures/:id', {}),

  steering: place('/steering', { extraction: text, features: listOf(whole) }),
  experiment: place('/steering/:id', {}),

  jobs: place('/jobs', {
    state: oneOf(...JobStateSchema.options),
    kind: oneOf(...JOB_KIND_NAMES),
    offset: whole,
  }),
  job: place('/jobs/:id', {}),
  system: place('/system', {}),
  settings: place('/settings', { tab: text }),
} as const
export type Places = typeof places

/** Page of a thing that jobs work on, as its room's definition names it; null for what has none of its own. */
export function subjectPlace(type: SubjectType, id: string): string | null {
  const { place } = SUBJECTS[type]
  return place && places[place].path.replace(/:\w+/, encodeURIComponent(id))
}
