// Overload: more questions at once than there are places, and a database or Redis that dies. Answers or "later", with when; never 500.
import { pause } from '../../lib/work.mjs'
import { formProblem, send, short } from '../lib/http.mjs'
import { unless } from '../lib/probes.mjs'

const AT_ONCE = 1000
const PATHS = [
  '/models',
  '/jobs',
  '/datasets',
  '/saes',
  '/trainings',
  '/extractions',
  '/settings',
  '/templates',
  '/system/info',
]
const OUTAGE_MS = 12_000
const RECOVERY_MS = 60_000

/** How often each outcome came, and the first answer that was wrong. @param {readonly (import('../lib/http.mjs').Answer | Error)[]} answers */
const outcomes = (answers) => {
  /** @type {Record<string, number>} */
  const counts = {}
  let wrong = ''
  for (const answer of answers) {
    const key = answer instanceof Error ? answer.message : String(answer.status)
    counts[key] = (counts[key] ?? 0) + 1
    if (wrong) continue
    if (answer instanceof Error) wrong = answer.message
    else if (![200, 201, 404, 429, 503].includes(answer.status)) wrong = short(answer)
    else wrong = formProblem(answer) ?? ''
  }
  return { counts, wrong }
}
const settled = (/** @type {Promise<import('../lib/http.mjs').Answer>} */ answer) =>
  answer.catch((error) => (error instanceof Error ? error : new Error(String(error))))

/** Asks on and on while something is dead. @param {import('../lib/instance.mjs').Instance} instance @param {number} ms */
const keepAsking = async ({ url, apiKey }, ms) => {
  const end = Date.now() + ms
  const answers = []
  while (Date.now() < end) {
    const posts = {
      method: 'POST',
      path: '/folder-uploads',
      json: { name: 'a', files: [{ name: 'config.json', size: 1, modified: 0 }] },
    }
    const asks = [...PATHS.map((path) => ({ path })), posts]
    answers.push(...(await Promise.all(asks.map((ask) => settled(send(url, { key: apiKey, ...ask }))))))
    await pause(100)
  }
  return answers
}

/** @type {import('../main.mjs').Group} */
export const overload = {
  name: 'overload',
  about: '1,000 questions at once; PostgreSQL, Redis and the worker killed: only answers and "later"',
  own: true,
  run: async ({ probe, instance }) => {
    const { url, apiKey, stack } = instance
    for (const path of ['/models', '/jobs', '/system/info']) {
      await probe(`${AT_ONCE} × GET ${path} at once`, async () => {
        const asks = Array.from({ length: AT_ONCE }, () => settled(send(url, { key: apiKey, path })))
        const { counts, wrong } = outcomes(await Promise.all(asks))
        return unless(!wrong, `${AT_ONCE} × GET ${path}`, { counts, wrong })
      })
    }
    await probe('health is answered while 1,000 others ask', async () => {
      const asks = Array.from({ length: AT_ONCE }, () => settled(send(url, { key: apiKey, path: '/jobs' })))
      const answer = await send(url, { path: '/health' })
      await Promise.all(asks)
      return unless(answer.status === 200 || answer.status === 503, 'GET /health', short(answer))
    })
    for (const name of ['postgres', 'redis', 'worker']) {
      await probe(`SIGKILL of ${name}: no answer but right ones and "later"`, async () => {
        const { processes } = await stack.state()
        process.kill(Number(processes[name].pid), 'SIGKILL')
        const { counts, wrong } = outcomes(await keepAsking(instance, OUTAGE_MS))
        return unless(!wrong, `questions for ${OUTAGE_MS / 1000} s after SIGKILL`, { counts, wrong })
      })
      await probe(`the product is whole again after SIGKILL of ${name}`, async () => {
        const end = Date.now() + RECOVERY_MS
        let last = ''
        while (Date.now() < end) {
          const answer = await settled(send(url, { path: '/health' }))
          last = answer instanceof Error ? answer.message : short(answer)
          if (last.startsWith('200') && last.includes('"ok":true,"version"')) return null
          await pause(500)
        }
        return { sent: 'GET /health for a minute', got: last }
      })
    }
  },
}
