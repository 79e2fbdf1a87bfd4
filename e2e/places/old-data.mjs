// A data folder that a version without passwords made: opened, closed to others, with everything in it.
import { mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createClient } from '@mistudio/client'
import pg from 'pg'
import { cloneOlder, ROOT } from './clone.mjs'
import { productIn } from './product.mjs'

/** The last commit whose database trusted everybody. */
const OLD = '1225b7d'

/** @param {import('./bench.mjs').Bench} bench */
const trusting = async (bench) => {
  const root = bench.folder({ mode: 0o755 })
  const old = join(root, 'old')
  if (!cloneOlder(old, OLD))
    return bench.skip('a data folder of an older version', `commit ${OLD} is not in this clone`)
  const dataDir = join(root, 'data')
  mkdirSync(dataDir, { mode: 0o755 })
  const before = await productIn({ clone: old, dataDir })
  const first = await before.start()
  if (!bench.check(first.status === 0, 'the older version starts', first.output)) return
  const { modelId, datasetId } = await before.work()
  const product = await productIn({ clone: ROOT, dataDir, port: before.port })
  bench.later(product.stop)
  const running = await product.start()
  bench.check(
    running.status === 1 && running.output.includes('older version'),
    'while the older version runs, a start says so',
    running.output,
  )
  await product.stop()
  bench.check(!product.left().length, 'stop ends the older version')

  const outcome = await product.start()
  if (!bench.check(outcome.status === 0, 'the data folder of the older version opens', outcome.output)) return
  const client = createClient({ baseUrl: product.url, apiKey: await product.key() })
  const ids = [(await client.listModels({ query: {} }))[0]?.id, (await client.listDatasets({ query: {} }))[0]?.id]
  bench.check(ids[0] === modelId && ids[1] === datasetId, 'its models and datasets are there', JSON.stringify(ids))
  const port = (await product.state()).processes.postgres.port
  const intruder = new pg.Client({ connectionString: `postgres://postgres@127.0.0.1:${port}/mistudio` })
  const refused = await intruder.connect().then(
    () => 'connected',
    (error) => String(error.message),
  )
  await intruder.end().catch(() => undefined)
  bench.check(/password/.test(refused), 'its database asks for a password now', refused)
  const open = [dataDir, ...readdirSync(join(dataDir, 'logs')).map((name) => join(dataDir, 'logs', name))].filter(
    (path) => statSync(path).mode & 0o077,
  )
  bench.check(!open.length, 'its folder and logs are private now', open.join('\n'))
  await product.stop()
}

export const OLD_DATA = { trusting }
