// Races: two who do things at once. Nothing unforeseen, nothing lost without a word.
import { ended } from '../../lib/work.mjs'
import { codeOf, dataOf, formProblem, jsonOf, send, short } from '../lib/http.mjs'
import { unless } from '../lib/probes.mjs'
import { mainJob, modelFolder } from '../lib/subjects.mjs'

/** @typedef {import('../lib/instance.mjs').Instance} Instance */
const ROUNDS = 5

/** What several answers have wrong in their form. @param {readonly import('../lib/http.mjs').Answer[]} answers */
const problems = (answers) => answers.map(formProblem).filter((problem) => problem !== null)

/**
 * Two edits that both read the row before either wrote: the second must be refused and told the other's text.
 * @param {Instance} instance @param {{ read: string, write: string, first: Record<string, unknown>, second: Record<string, unknown> }} what
 */
const staleEdit = async ({ url, apiKey }, { read, write, first, second }) => {
  const before = await send(url, { key: apiKey, path: read })
  const version = jsonOf(before)?.data?.version
  if (!version) return { sent: `GET ${read}`, got: `no version: ${short(before)}` }
  const edit = (/** @type {Record<string, unknown>} */ body) =>
    send(url, {
      key: apiKey,
      method: 'PATCH',
      path: write,
      json: body,
      headers: { 'if-match': `"${version}"` },
    })
  const one = await edit(first)
  const two = await edit(second)
  const told = Object.values(first).every((text) => two.text.includes(String(text)))
  const refused = two.status === 412
  return unless(one.status < 300 && refused && told, `${write} twice at one version`, [short(one), short(two)])
}

/** @type {import('../main.mjs').Group} */
export const races = {
  name: 'races',
  about: 'deleting what something starts from, the same thing made twice, edits over one another',
  own: true,
  run: async ({ probe, instance }) => {
    const { ask, client } = instance
    const made = await mainJob(instance)
    const { modelId, tokenizationId, params } = made
    const post = (/** @type {string} */ path, /** @type {unknown} */ json) => ask({ method: 'POST', json }, path)
    const remove = (/** @type {string} */ path) => ask({ method: 'DELETE' }, path)

    for (const { name, read, write, first, second } of await edits(instance, made))
      await probe(`${name}: an edit over an edit is refused with the other's text`, () =>
        staleEdit(instance, { read, write, first, second }),
      )
    for (let round = 0; round < ROUNDS; round++) {
      await probe(`an SAE is deleted while its extraction starts (${round + 1})`, async () => {
        const training = dataOf(
          await post('/trainings', { modelId, tokenizationId, params: { ...params, steps: 5 + round } }),
        )
        await ended(client, training.job.id, 120)
        const { saeId: own } = await client.getTraining({ params: { id: training.id } })
        const start = () => post('/extractions', { saeId: own, tokenizationId, params: {} })
        const answers = await Promise.all([start(), remove(`/saes/${own}`), start(), remove(`/saes/${own}`)])
        return unless(!problems(answers).length, 'POST /extractions and DELETE /saes/:id', problems(answers))
      })
    }
    await probe('a model is deleted while a training, a tokenization and a generation start', async () => {
      const model = dataOf(await post('/models', { path: await modelFolder(instance) }))
      const [{ id: datasetId } = { id: '' }] = await client.listDatasets()
      const answers = await Promise.all([
        post(`/datasets/${datasetId}/tokenizations`, { modelId: model.id, contextSize: 16 }),
        post('/trainings', { modelId: model.id, tokenizationId, params }),
        post('/steering', { modelId: model.id, prompt: 'ab', variants: [], sampling: { maxTokens: 2 } }),
        remove(`/models/${model.id}`),
        post(`/models/${model.id}/verify`, {}),
        remove(`/models/${model.id}`),
      ])
      return unless(!problems(answers).length, 'four starts and two deletions', problems(answers))
    })
    await probe('one folder registered ten times at once', async () => {
      const path = await modelFolder(instance)
      const answers = await Promise.all(Array.from({ length: 10 }, () => post('/models', { path })))
      return unless(!problems(answers).length, '10 × POST /models', problems(answers))
    })
    await probe('a job cancelled, paused and resumed at once', async () => {
      const { job } = dataOf(await post('/trainings', { modelId, tokenizationId, params: { ...params, steps: 2000 } }))
      const actions = ['pause', 'resume', 'cancel', 'pause', 'resume', 'retry', 'cancel']
      const answers = await Promise.all(actions.map((action) => post(`/jobs/${job.id}/${action}`, {})))
      await post(`/jobs/${job.id}/cancel`, {})
      return unless(!problems(answers).length, actions.join(', '), problems(answers))
    })
    await probe('one template name twice at once', async () => {
      const answers = await Promise.all(Array.from({ length: 5 }, () => post('/templates', { name: 'race', params })))
      return unless(!problems(answers).length, '5 × POST /templates', problems(answers))
    })
    await probe('the last admin keys deleted at once: one stays', async () => {
      const keys = dataOf(await ask({}, '/auth/keys')).filter(
        (/** @type {{ scope: string }} */ key) => key.scope === 'admin',
      )
      const answers = await Promise.all(keys.map((/** @type {{ id: string }} */ { id }) => remove(`/auth/keys/${id}`)))
      const kept = answers.filter((answer) => codeOf(answer) === 'conflict' || answer.status === 401).length
      return unless(kept > 0 && !problems(answers).length, `${keys.length} × DELETE`, {
        kept,
        problems: problems(answers),
      })
    })
  },
}

/** Rows that users edit. @param {Instance} instance @param {{ modelId: string, saeId: string, extractionId: string, params: object }} made */
const edits = async ({ ask }, { modelId, saeId, extractionId, params }) => {
  const steering = dataOf(
    await ask(
      { method: 'POST', json: { modelId, prompt: 'a', variants: [], sampling: { maxTokens: 2 } } },
      '/steering',
    ),
  )
  const template = dataOf(await ask({ method: 'POST', json: { name: 'edited', params } }, '/templates'))
  const named = (/** @type {string} */ name, /** @type {string} */ path) => ({
    name,
    read: path,
    write: path,
    first: { name: 'name of the first' },
    second: { name: 'name of the second' },
  })
  return [
    {
      name: 'label of a feature',
      read: `/extractions/${extractionId}/features/1`,
      write: `/saes/${saeId}/features/1`,
      first: { label: 'label of the first' },
      second: { label: 'label of the second' },
    },
    {
      name: 'notes of a feature',
      read: `/extractions/${extractionId}/features/2`,
      write: `/saes/${saeId}/features/2`,
      first: { notes: 'notes of the first' },
      second: { notes: 'notes of the second' },
    },
    named('name of an SAE', `/saes/${saeId}`),
    named('name of a model', `/models/${modelId}`),
    named('name of an experiment', `/steering/${steering.id}`),
    named('name of a template', `/templates/${template.id}`),
  ]
}
