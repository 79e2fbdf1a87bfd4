// A worker that hangs: stopped, not dead. The product says so, says what waiting jobs wait for, and goes on when it wakes.
import { pause } from '../../lib/work.mjs'
import { dataOf, jsonOf, send, short } from '../lib/http.mjs'
import { unless } from '../lib/probes.mjs'
import { jobEnd, modelFolder } from '../lib/subjects.mjs'

/** By then two heartbeats are missing. */
const NOTICED_MS = 25_000

/** Asks until something holds. @param {() => Promise<boolean>} holds @param {number} ms */
const becomes = async (holds, ms) => {
  for (const end = Date.now() + ms; Date.now() < end; await pause(500)) if (await holds()) return true
  return false
}

/** @type {import('../main.mjs').Group} */
export const hung = {
  name: 'hung',
  about: 'the worker stopped with SIGSTOP: health, queues and a waiting job say so; all goes on after SIGCONT',
  own: true,
  run: async ({ probe, instance }) => {
    const { ask, url, stack } = instance
    const model = dataOf(await ask({ method: 'POST', json: { path: await modelFolder(instance) } }, '/models'))
    await jobEnd(instance, model)
    const pid = Number((await stack.state()).processes['worker'].pid)
    process.kill(pid, 'SIGSTOP')
    try {
      const generation = { modelId: model.id, prompt: 'ab', variants: [], sampling: { maxTokens: 2 } }
      const made = await ask({ method: 'POST', json: generation }, '/steering')
      const job = jsonOf(made)?.data?.job
      await probe('health says that no worker answers', async () => {
        const health = async () => jsonOf(await send(url, { path: '/health' }))?.data
        const said = await becomes(async () => (await health()).worker.ok === false, NOTICED_MS)
        return unless(said, 'GET /health for 25 s', (await health()).worker)
      })
      await probe('the queues tell for how long the worker is silent, and that the job waits', async () => {
        const answer = await ask({}, '/queues')
        const { workers = [], pools = [] } = jsonOf(answer)?.data ?? {}
        const silent = workers.every((/** @type {{ silentSeconds: number }} */ worker) => worker.silentSeconds >= 12)
        const waits = pools.some((/** @type {{ waiting: string[], running: { id: string }[] }} */ pool) =>
          [...pool.waiting, ...pool.running.map(({ id }) => id)].includes(job?.id),
        )
        return unless(workers.length > 0 && silent && waits, 'GET /queues', short(answer))
      })
      await probe('a short question ends with "later", not with an internal error', async () => {
        const answer = await ask(
          { method: 'POST', json: { path: await modelFolder(instance) }, timeoutMs: 120_000 },
          '/models/inspect',
        )
        return unless([503, 504, 429].includes(answer.status), 'POST /models/inspect', short(answer))
      })
      process.kill(pid, 'SIGCONT')
      await probe('the waiting job is done when the worker wakes', async () => {
        const done = await becomes(async () => dataOf(await ask({}, `/jobs/${job.id}`)).state === 'completed', 60_000)
        return unless(done, 'SIGCONT', short(await ask({}, `/jobs/${job.id}`)))
      })
      await probe('health is good again', async () =>
        unless(
          await becomes(async () => jsonOf(await send(url, { path: '/health' }))?.data?.ok === true, 30_000),
          'GET /health',
          short(await send(url, { path: '/health' })),
        ),
      )
    } finally {
      process.kill(pid, 'SIGCONT')
    }
  },
}
