// Starts that meet trouble: two at once, a killed or stopped launcher, a copied data folder, stale files, ports that are taken.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { isAlive } from '../../scripts/lib/processes.mjs'
import { ROOT } from './clone.mjs'
import { productIn } from './product.mjs'

/** @typedef {import('./bench.mjs').Bench} Bench */
/** @param {import('./product.mjs').Outcome} outcome */
const started = ({ status, output }) => status === 0 && output.includes('/login?code=')
const raw = /\n\s+at |Error:|EADDRINUSE/

/** @param {Bench} bench */
const productOf = async (bench) => {
  const product = await productIn({ clone: ROOT, dataDir: join(bench.folder(), 'data') })
  bench.later(product.stop)
  return product
}

/** @param {Bench} bench @param {import('./product.mjs').Product} product @param {string} name */
const stopped = async (bench, product, name) => {
  const { status, output } = await product.stop()
  const left = product.left()
  bench.check(status === 0 && !left.length, `${name}: stop leaves no process`, `${output}\n${JSON.stringify(left)}`)
}

/** @param {Bench} bench */
const twoAtOnce = async (bench, full = false) => {
  const product = await productOf(bench)
  const rounds = full ? 10 : 1
  for (let round = 1; round <= rounds; round++) {
    const both = await Promise.all([product.start(), product.start()])
    bench.check(both.every(started), `two starts at once, round ${round}: both end with a link`, JSON.stringify(both))
    const launchers = product.left().filter(({ command }) => command.includes('launcher.mjs'))
    bench.check(launchers.length === 1, `two starts at once, round ${round}: one launcher`, JSON.stringify(launchers))
    await stopped(bench, product, `two starts at once, round ${round}`)
  }
}

/** @param {Bench} bench */
const killedLauncher = async (bench, full = false) => {
  const product = await productOf(bench)
  await product.start()
  const { launcher } = await product.state()
  process.kill(launcher.pid, 'SIGKILL')
  const again = await product.start()
  bench.check(
    started(again) && /was killed/.test(again.output) && !raw.test(again.output),
    'a killed launcher: the next start says so and works',
    again.output,
  )
  const second = await product.state()
  process.kill(second.launcher.pid, 'SIGKILL')
  await stopped(bench, product, 'a killed launcher')
  bench.check(!isAlive(second.processes.postgres), 'a killed launcher: its database is ended too')
  if (!full) return
  // Everything dies at once, as when the machine loses power.
  await product.start()
  for (const { pid } of product.left()) process.kill(pid, 'SIGKILL')
  bench.check(started(await product.start()), 'everything killed: the next start works')
  await stopped(bench, product, 'everything killed')
}

/** @param {Bench} bench */
const silentLauncher = async (bench) => {
  const product = await productOf(bench)
  await product.start()
  process.kill((await product.state()).launcher.pid, 'SIGSTOP')
  const again = await product.start()
  bench.check(
    again.status === 1 && again.output.includes('stop-mistudio.sh') && !raw.test(again.output),
    'a stopped launcher: a second start says what to do',
    again.output,
  )
  await stopped(bench, product, 'a stopped launcher')
}

/** @param {Bench} bench */
const copiedFolder = async (bench) => {
  const original = await productOf(bench)
  await original.start()
  await original.work()
  const copy = await productOf(bench)
  // With ports, state and lock files of the original, which still runs.
  execFileSync('cp', ['-a', original.dataDir, copy.dataDir])
  const outcome = await copy.start()
  bench.check(
    started(outcome) && outcome.output.includes('is a copy of') && !raw.test(outcome.output),
    'a copied data folder starts beside its original',
    outcome.output,
  )
  const answer = await fetch(`${copy.url}/api/v1/models`, { headers: { authorization: `Bearer ${await copy.key()}` } })
  bench.check(
    answer.status === 200 && (await answer.json()).data.length === 1,
    'a copied data folder has what the original had',
  )
  await stopped(bench, copy, 'a copied data folder')
  bench.check((await fetch(`${original.url}/api/v1/health`)).ok, 'a copied data folder: the original still runs')
  await stopped(bench, original, 'the original')
}

/** @param {Bench} bench */
const portsTaken = async (bench) => {
  const product = await productOf(bench)
  const taken = createServer().listen(product.port, '127.0.0.1')
  const refused = await product.start()
  bench.check(
    refused.status === 1 && refused.output.includes(`Port ${product.port} is taken`) && !raw.test(refused.output),
    'the port of the page is taken: says so',
    refused.output,
  )
  bench.check(!product.left().length, 'the port of the page is taken: nothing lives on')
  await new Promise((done) => taken.close(done))
  await product.start()
  await product.stop()
  const file = join(product.dataDir, 'run', 'ports.json')
  const ports = JSON.parse(readFileSync(file, 'utf8'))
  const servers = [ports.postgres, ports.redis].map((port) => createServer().listen(port, '127.0.0.1'))
  const outcome = await product.start()
  bench.check(started(outcome), 'ports of the last start are taken by others: starts on other ones', outcome.output)
  for (const server of servers) server.close()
  await stopped(bench, product, 'ports of the last start are taken')
  writeFileSync(file, 'not json')
  writeFileSync(join(product.dataDir, 'run', 'state.json'), '{ half')
  const damaged = await product.start()
  bench.check(started(damaged), 'damaged files of the last start: starts', damaged.output)
  await stopped(bench, product, 'damaged files of the last start')
}

export const STARTS = { twoAtOnce, killedLauncher, silentLauncher, copiedFolder, portsTaken }
