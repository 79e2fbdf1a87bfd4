// Names of cached queries, once. The first element is the room; `patch.ts` relies on it.
import { type SubjectType, subjectOf } from '@mistudio/contracts'

export const keys = {
  models: ['models'] as const,
  model: (id: string) => ['models', id] as const,
  /** `at`: when the report was made, so that a new one is read by itself. */
  modelParity: (id: string, at: string) => ['models', id, 'parity', at] as const,
  /** Outside the models room: answers of the worker that change with the files alone, not with jobs. */
  modelTensors: (id: string) => ['model-tensors', id] as const,
  modelMemory: (id: string) => ['model-memory', id] as const,
  modelTensor: (id: string, name: string) => ['model-tensors', id, name] as const,
  datasets: ['datasets'] as const,
  dataset: (id: string) => ['datasets', id] as const,
  documents: (id: string, offset: number) => ['datasets', id, 'documents', offset] as const,
  tokenizations: (filter: { datasetId?: string; modelId?: string } = {}) => ['tokenizations', 'list', filter] as const,
  tokenization: (id: string) => ['tokenizations', id] as const,
  trainings: ['trainings'] as const,
  training: (id: string) => ['trainings', id] as const,
  trainingMetrics: (id: string) => ['trainings', id, 'metrics'] as const,
  templates: ['templates'] as const,
  saes: ['saes'] as const,
  sae: (id: string) => ['saes', id] as const,
  /** Outside the saes room: what lies on disk changes with `at`, the end of a job. */
  saeExports: (id: string, at: string) => ['sae-exports', id, at] as const,
  saeCard: (id: string) => ['sae-card', id] as const,
  extractions: (filter: { saeId?: string } = {}) => ['extractions', 'list', filter] as const,
  extraction: (id: string) => ['extractions', id] as const,
  captures: ['captures'] as const,
  /** Outside the captures room: finished captures do not change with jobs. */
  comparison: (a: string, b: string) => ['comparisons', a, b] as const,
  capture: (id: string) => ['captures', id] as const,
  features: (extractionId: string, query: unknown) => ['features', extractionId, 'list', query] as const,
  feature: (extractionId: string, index: number) => ['features', extractionId, index] as const,
  steerings: ['steering'] as const,
  steering: (id: string) => ['steering', id] as const,
  chatPreview: (modelId: string, messages: string) => ['chat-preview', modelId, messages] as const,
  jobs: (query: Readonly<Record<string, unknown>> = {}) => ['jobs', 'list', query] as const,
  job: (id: string) => ['jobs', id] as const,
  /** Outside the jobs room: no message patches it, it is asked for. */
  queues: ['queues'] as const,
  hub: (what: 'local' | 'token' | 'search' | 'inspect' | 'saes', query: unknown = null) =>
    ['hub', what, query] as const,
  settings: ['settings'] as const,
  files: (path: string | null) => ['files', path] as const,
  folderUploads: ['folder-uploads'] as const,
  system: (what: 'info' | 'history' | 'workers' | 'health') => ['system', what] as const,
  storedData: ['stored-data'] as const,
  me: ['me'] as const,
  apiKeys: ['api-keys'] as const,
  sessions: ['sessions'] as const,
}

/** Rooms whose lists embed jobs of a subject, the subject's own room first; all are re-read when such a job changes state. */
export const roomsOfSubject = (type: SubjectType): readonly string[] =>
  subjectOf(type).renews.map((path) => path.slice(path.lastIndexOf('/') + 1))
