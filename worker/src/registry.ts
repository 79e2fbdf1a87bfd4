// Every kind of job and where its pipeline is. Loaded lazily and by the runner only, so that the supervisor never loads ONNX Runtime.
import { JOB_KINDS, type JobKind } from '@mistudio/contracts'
import type { Pipeline } from './runner/context.js'

/** A pipeline of any parameters. The parameters it accepts are checked by its own `parse`. */
export type AnyPipeline = Pipeline<never>
type Load = () => Promise<{ kind: JobKind }>

const PIPELINES = {
  'model.inspect': async () => (await import('./models/index.js')).inspectPipeline,
  'model.register': async () => (await import('./models/index.js')).registerPipeline,
  'model.verify': async () => (await import('./models/index.js')).verifyPipeline,
  'model.tensors': async () => (await import('./models/index.js')).tensorsPipeline,
  'model.tensor': async () => (await import('./models/index.js')).tensorPipeline,
  'dataset.preview': async () => (await import('./datasets/index.js')).previewPipeline,
  'dataset.import': async () => (await import('./datasets/index.js')).importPipeline,
  'dataset.tokenize': async () => (await import('./datasets/index.js')).tokenizePipeline,
  'dataset.documents': async () => (await import('./datasets/index.js')).documentsPipeline,
  'dataset.samples': async () => (await import('./datasets/index.js')).samplesPipeline,
  'training.estimate': async () => (await import('./trainings/index.js')).estimatePipeline,
  'training.run': async () => (await import('./trainings/index.js')).trainPipeline,
  'extraction.run': async () => (await import('./extractions/index.js')).extractPipeline,
  'activation.capture': async () => (await import('./activations/index.js')).capturePipeline,
  'activation.compare': async () => (await import('./activations/index.js')).comparePipeline,
  'feature.probe': async () => (await import('./features/index.js')).probePipeline,
  'steering.generate': async () => (await import('./steering/index.js')).generatePipeline,
  'steering.chat': async () => (await import('./steering/index.js')).chatPipeline,
  'files.remove': async () => (await import('./files/index.js')).removeFilesPipeline,
  'data.check': async () => (await import('./files/index.js')).storedCheckPipeline,
  'hub.search': async () => (await import('./hub/index.js')).searchPipeline,
  'hub.inspect': async () => (await import('./hub/index.js')).inspectPipeline,
  'hub.local': async () => (await import('./hub/index.js')).localPipeline,
  'hub.download': async () => (await import('./hub/index.js')).downloadPipeline,
  'hub.remove': async () => (await import('./hub/index.js')).removePipeline,
  'sae.inspect': async () => (await import('./saes/index.js')).inspectSaePipeline,
  'sae.hub': async () => (await import('./saes/index.js')).hubSaesPipeline,
  'sae.import': async () => (await import('./saes/index.js')).importSaePipeline,
  'sae.check': async () => (await import('./saes/index.js')).checkSaePipeline,
  'sae.export': async () => (await import('./saes/index.js')).exportSaePipeline,
  'sae.publish': async () => (await import('./saes/index.js')).publishSaePipeline,
  'installation.check': async () => (await import('./checks/index.js')).checkPipeline,
} satisfies Record<JobKind, Load>

export const PIPELINE_KINDS = Object.keys(PIPELINES) as JobKind[]

/** Loads the pipeline of a kind. @throws Error when what is found there is of another kind. */
export const loadPipeline = async (kind: JobKind): Promise<AnyPipeline> => {
  const pipeline: { kind: JobKind } = await PIPELINES[kind]()
  if (pipeline.kind !== kind) throw new Error(`The registry names a pipeline of kind ${pipeline.kind} for ${kind}.`)
  return pipeline as AnyPipeline
}

/** Refuses to start a worker that lacks a pipeline for a kind of job. */
export const checkRegistry = (): void => {
  const missing = Object.keys(JOB_KINDS).filter((kind) => !PIPELINE_KINDS.includes(kind as JobKind))
  if (missing.length) throw new Error(`No pipeline for ${missing.join(', ')}.`)
}
