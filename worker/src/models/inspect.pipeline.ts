// model.inspect: answers what a folder holds before it is registered. Reads config, tokenizer and tensor headers. Runs nothing but, for an
// ONNX export, a few tokens: whether a value found in its graph is a site shows when it is computed.
import { basename } from 'node:path'
import { type ModelInspection } from '@mistudio/contracts'
import { ExportedModel } from '@mistudio/interp/exports'
import { planSites } from '@mistudio/interp/models'
import { pipeline } from '../runner/context.js'
import { Tokenizer } from '../tokenizer/index.js'
import { describeSites, describeSpec, eightBitWarnings, folderWarnings } from './describe.js'
import { withModelErrors } from './errors.js'
import { exportMemory, modelMemory, requireMemory } from './memory.js'
import { type ExportFolder, openModelFolder, type WeightsFolder } from './model-folder.js'
import { loadModel } from './model-store.js'
import { describeAbsentSites, describeStructure } from './structure.js'
import { requireTokenizerFits } from './tokenizer-check.js'

type Described = Pick<ModelInspection, 'spec' | 'structure' | 'sites' | 'absentSites' | 'warnings'>

const describeWeights = (folder: WeightsFolder, tokens: number): Described => ({
  spec: describeSpec(folder),
  warnings: folderWarnings(folder, tokens),
  structure: describeStructure(folder),
  sites: describeSites(planSites(folder.plan)),
  absentSites: describeAbsentSites(folder),
})

async function describeExport(folder: ExportFolder, tokens: number): Promise<Described> {
  requireMemory(folder, { precision: 'float32', batch: 2, seq: 4, logits: false })
  const model = await loadModel(folder, { threads: 1 })
  const { sites, absentSites } = model
  const eightBit = model instanceof ExportedModel ? model.eightBit : null
  await model.release()
  const spec = describeSpec(folder)
  return {
    spec: eightBit && spec.export ? { ...spec, export: { ...spec.export, eightBit } } : spec,
    structure: null,
    sites: describeSites(sites),
    absentSites: [...absentSites],
    warnings: [...folderWarnings(folder, tokens), ...(eightBit ? eightBitWarnings(eightBit) : [])],
  }
}

/** Everything the product says about a model folder. @throws AppError for folders that cannot be used. */
export function inspectModel(path: string): Promise<ModelInspection> {
  return withModelErrors(async () => {
    const folder = await openModelFolder(path)
    const { kind, vocabSize } = await Tokenizer.load(path)
    requireTokenizerFits(vocabSize, folder.plan.spec)
    return {
      path,
      suggestedName: basename(path),
      ...(folder.format === 'onnx' ? await describeExport(folder, vocabSize) : describeWeights(folder, vocabSize)),
      tokenizer: { kind, vocabSize },
      memory: folder.format === 'onnx' ? exportMemory(folder.plan, folder.size) : modelMemory(folder.plan),
    }
  })
}

export const inspectPipeline = pipeline('model.inspect', {
  run: async ({ job }) => ({ state: 'completed', result: await inspectModel(job.params.path) }),
})
