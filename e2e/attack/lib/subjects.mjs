// Things to attack: folders of models and SAEs, and what is made from the demo through the API.
import { execFileSync } from 'node:child_process'
import { cp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { FIXTURES, tokenizerJson } from '../../lib/tiny-exports.mjs'
import { ended, extract, prepare, train } from '../../lib/work.mjs'

/** A copy of a folder of the fixtures inside an import root. @param {import('./instance.mjs').Instance} instance @param {string} from below fixtures */
export const copied = async (instance, from) => {
  const folder = join(await instance.folder('copy'), 'subject')
  await cp(join(FIXTURES, from), folder, { recursive: true })
  execFileSync('chmod', ['-R', 'u+w', folder])
  return folder
}

/** A small model that can be registered. @param {import('./instance.mjs').Instance} instance @param {string} [from] */
export const modelFolder = async (instance, from = 'models/gpt2') => {
  const folder = await copied(instance, from)
  await writeFile(join(folder, 'tokenizer.json'), tokenizerJson())
  return folder
}

/** A model, tokens, a training of a few steps and an extraction of it. @param {import('./instance.mjs').Instance} instance */
export const mainJob = async ({ client }) => {
  const on = await prepare(client, { contextSize: 64, maxDocuments: 200 })
  const params = {
    site: 'blocks.1.hook_resid_post',
    expansion: 2,
    k: 8,
    steps: 30,
    warmupSteps: 2,
    decaySteps: 3,
    batchSize: 256,
    bufferContexts: 32,
    evalEvery: 30,
    evalTokens: 1024,
    checkpointEvery: 10,
  }
  const training = await train(client, on, params)
  const extraction = await extract(client, String(training.saeId), on.tokenizationId)
  return { ...on, params, trainingId: training.id, saeId: String(training.saeId), extractionId: extraction.id }
}

/** Waits for the job that an answer made, if it made one. @param {import('./instance.mjs').Instance} instance @param {any} made */
export const jobEnd = async ({ client }, made) => (made?.job ? ended(client, made.job.id, 120) : null)
