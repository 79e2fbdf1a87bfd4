// model.inspect: answers what a folder holds before it is registered. Reads config, tokenizer and tensor headers; runs nothing.
import { basename } from 'node:path'
import { type ModelInspection, ModelInspectParamsSchema } from '@mistudio/contracts'
import type { z } from 'zod'
import type { Pipeline } from '../runner/context.js'
import { Tokenizer } from '../tokenizer/index.js'
import { describeSites, describeSpec, folderWarnings } from './describe.js'
import { withModelErrors } from './errors.js'
import { modelMemory } from './memory.js'
import { openModelFolder } from './model-folder.js'
import { describeAbsentSites, describeStructure } from './structure.js'
import { requireTokenizerFits } from './tokenizer-check.js'

type Params = z.infer<typeof ModelInspectParamsSchema>

/** Everything the product says about a model folder. @throws AppError for folders that cannot be used. */
export function inspectModel(path: string): Promise<ModelInspection> {
  return withModelErrors(async () => {
    const folder = await openModelFolder(path)
    const { kind, vocabSize } = await Tokenizer.load(path)
    requireTokenizerFits(vocabSize, folder.plan.spec)
    return {
      path,
      suggestedName: basename(path),
      spec: describeSpec(folder),
      structure: describeStructure(folder),
      sites: describeSites(folder),
      absentSites: describeAbsentSites(folder),
      tokenizer: { kind, vocabSize },
      memory: modelMemory(folder.plan),
      warnings: folderWarnings(folder, vocabSize),
    }
  })
}

export const inspectPipeline: Pipeline<Params> = {
  kind: 'model.inspect',
  parse: (params) => ModelInspectParamsSchema.parse(params),
  run: async ({ job }) => ({ state: 'completed', result: await inspectModel(job.params.path) }),
}
