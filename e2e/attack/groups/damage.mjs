// Damage: one byte of a stored file is other than it was written. The next use refuses with a typed error; nothing is computed from it.
import { open, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ended } from '../../lib/work.mjs'
import { codeOf, formProblem, jsonOf, short } from '../lib/http.mjs'
import { unless } from '../lib/probes.mjs'
import { jobEnd, mainJob, modelFolder } from '../lib/subjects.mjs'

/** @typedef {import('../lib/instance.mjs').Instance} Instance */
/** @typedef {{ room: string, id: string, file: RegExp, use: string, ask: () => Promise<import('../lib/http.mjs').Answer> }} Use */

/** Files of a subject that match. @param {Instance} instance @param {string} room @param {string} id @param {RegExp} wanted */
const filesOf = async ({ dataDir }, room, id, wanted) => {
  const folder = join(dataDir, room, id)
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && wanted.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
}

/** Inverts the bits of one byte in the second half of a file, or puts them back. @param {string} path */
const flip = async (path) => {
  const { size } = await stat(path)
  const at = Math.floor(size * 0.7)
  const file = await open(path, 'r+')
  try {
    const byte = Buffer.alloc(1)
    await file.read(byte, 0, 1, at)
    await file.write(Buffer.from([(byte[0] ?? 0) ^ 0xff]), 0, 1, at)
  } finally {
    await file.close()
  }
}

/** What came of a use: the refusal of the request or of the job it made. @param {Instance} instance @param {import('../lib/http.mjs').Answer} answer */
const outcomeOf = async (instance, answer) => {
  if (answer.status >= 400) return { refused: !formProblem(answer), code: codeOf(answer), said: short(answer) }
  const data = jsonOf(answer)?.data
  // A question that makes a job answers the job or what the job is of.
  const id = data?.kind && data?.state ? data.id : data?.job?.id
  if (!id) return { refused: false, code: '', said: short(answer) }
  const job = await ended(instance.client, id, 180)
  const refused = job.state === 'failed' && !['internal', 'job_crashed'].includes(String(job.error?.code))
  return { refused, code: job.error?.code, said: `${job.kind} ${job.state}: ${job.error?.message ?? 'no error'}` }
}

/** A model whose files are the product's own, sent as the browser sends them. @param {Instance} instance */
const uploadedModel = async (instance) => {
  const folder = await modelFolder(instance)
  const names = ['config.json', 'tokenizer.json', 'model.safetensors']
  const bytes = await Promise.all(names.map((name) => readFile(join(folder, name))))
  const files = names.map((name, i) => ({ name, size: bytes[i].length, modified: 0 }))
  const upload = await instance.client.createFolderUpload({ body: { name: 'uploaded', files } })
  for (const [i, body] of bytes.entries()) {
    const headers = {
      'content-type': 'application/octet-stream',
      'content-range': `bytes 0-${body.length - 1}/${body.length}`,
    }
    await instance.ask({ method: 'PATCH', body, headers }, `/folder-uploads/${upload.id}/files/${i}`)
  }
  const model = await instance.client.createModel({ body: { path: upload.path } })
  await jobEnd(instance, model)
  return { modelId: model.id, uploadId: upload.id }
}

/** Everything that reads a stored file, by the file it reads. @param {Instance} instance @returns {Promise<Use[]>} */
const usesOf = async (instance) => {
  const { ask, client } = instance
  const made = await mainJob(instance)
  const { modelId, datasetId, tokenizationId, trainingId, saeId, extractionId, params } = made
  const site = params.site
  const capture = await client.createCapture({ body: { tokenizationId, params: { sites: [site], tokens: 2048 } } })
  await jobEnd(instance, capture)
  const uploaded = await uploadedModel(instance)
  const post = (/** @type {string} */ path, /** @type {unknown} */ json) => () => ask({ method: 'POST', json }, path)
  const get = (/** @type {string} */ path) => () => ask({}, path)
  const train = post('/trainings', { modelId, tokenizationId, params })
  const steer = {
    modelId,
    extractionId,
    prompt: 'Once',
    variants: [{ features: [{ index: 1, strength: 1 }] }],
    sampling: { maxTokens: 4 },
  }
  const generate = { modelId: uploaded.modelId, prompt: 'ab', variants: [], sampling: { maxTokens: 2 } }
  const weights = /^sae_weights\.safetensors$/
  return [
    { room: 'tokenizations', id: tokenizationId, file: /^tokens\.bin$/, use: 'a training', ask: train },
    {
      room: 'tokenizations',
      id: tokenizationId,
      file: /^tokens\.bin$/,
      use: 'an extraction',
      ask: post('/extractions', { saeId, tokenizationId, params: {} }),
    },
    {
      room: 'tokenizations',
      id: tokenizationId,
      file: /^tokens\.bin$/,
      use: 'samples',
      ask: get(`/tokenizations/${tokenizationId}/samples`),
    },
    {
      room: 'datasets',
      id: datasetId,
      file: /^documents\.bin$/,
      use: 'a tokenization',
      ask: post(`/datasets/${datasetId}/tokenizations`, { modelId, contextSize: 32 }),
    },
    {
      room: 'datasets',
      id: datasetId,
      file: /^documents\.bin$/,
      use: 'the documents page',
      ask: get(`/datasets/${datasetId}/documents?limit=500`),
    },
    {
      room: 'saes',
      id: saeId,
      file: weights,
      use: 'an extraction',
      ask: post('/extractions', { saeId, tokenizationId, params: {} }),
    },
    {
      room: 'saes',
      id: saeId,
      file: weights,
      use: 'an export',
      ask: post(`/saes/${saeId}/exports`, { layout: 'saelens' }),
    },
    {
      room: 'saes',
      id: saeId,
      file: weights,
      use: 'a check',
      ask: post(`/saes/${saeId}/check`, { tokenizationId, tokens: 256 }),
    },
    { room: 'saes', id: saeId, file: weights, use: 'steering', ask: post('/steering', steer) },
    {
      room: 'saes',
      id: saeId,
      file: weights,
      use: 'a probe of a feature',
      ask: post(`/extractions/${extractionId}/features/1/probe`, { text: 'Once upon a time' }),
    },
    {
      room: 'saes',
      id: saeId,
      file: weights,
      use: 'a download',
      ask: get(`/saes/${saeId}/files/sae_weights.safetensors`),
    },
    {
      room: 'trainings',
      id: trainingId,
      file: /\.(safetensors|bin)$/,
      use: 'going on',
      ask: post(`/trainings/${trainingId}/extend`, { steps: 40 }),
    },
    {
      room: 'captures',
      id: capture.id,
      file: /\.(safetensors|bin)$/,
      use: 'a training',
      ask: post('/trainings', { modelId, tokenizationId, captureId: capture.id, params }),
    },
    {
      room: 'uploads',
      id: uploaded.uploadId,
      file: /^model\.safetensors$/,
      use: 'a generation',
      ask: post('/steering', generate),
    },
  ]
}

/** @type {import('../main.mjs').Group} */
export const damage = {
  name: 'damage',
  about: 'one byte flipped in every kind of stored file: the next use refuses with a typed error',
  own: true,
  run: async ({ probe, instance }) => {
    for (const { room, id, file, use, ask } of await usesOf(instance)) {
      const name = `${room}/${String(file).replace(/[/^$\\]/g, '')}: ${use}`
      await probe(`${name} works while the file is whole`, async () => {
        // What cannot be used before it is damaged proves nothing afterwards; extending and capturing change their subject, so those are not tried.
        if (/going on/.test(use)) return null
        const { refused, said } = await outcomeOf(instance, await ask())
        return unless(!refused && !/failed/.test(said), use, said)
      })
      await probe(`${name} refuses a flipped byte`, async () => {
        const paths = await filesOf(instance, room, id, file).catch(() => [])
        if (!paths.length) return { got: `no such file in ${room}/${id}: the probe must learn where it lies now` }
        for (const path of paths) await flip(path)
        const { refused, said } = await outcomeOf(instance, await ask())
        for (const path of paths) await flip(path)
        return unless(refused, `${use} after a flip in ${paths.map((path) => path.split('/').at(-1))}`, said)
      })
    }
    await probe('whole again, the files are taken', async () => {
      const [{ id: datasetId } = { id: '' }] = await instance.client.listDatasets()
      const answer = await instance.ask({}, `/datasets/${datasetId}/documents`)
      return unless(answer.status === 200, 'documents after the byte is put back', short(answer))
    })
  },
}
