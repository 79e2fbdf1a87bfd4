// ./start-mistudio.sh: install and build what is needed, start everything, print a link that logs the browser in.
import { spawn, spawnSync } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { layout, ROOT } from './lib/paths.mjs'

const HELP = `Usage: ./start-mistudio.sh [options]
  --demo            run the bundled demo after the start
  --port N          port of the web page (default 8420)
  --data-dir DIR    where everything is kept (default ./data)
  --no-install      leave node_modules as it is
  --foreground      stay in the terminal; Ctrl-C stops
  --help`

const { values } = parseArgs({
  options: {
    demo: { type: 'boolean', default: false },
    port: { type: 'string', default: '8420' },
    'data-dir': { type: 'string', default: join(ROOT, 'data') },
    'no-install': { type: 'boolean', default: false },
    foreground: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
const port = Number(values.port)
const paths = layout(resolve(values['data-dir']))

const fail = (/** @type {string} */ text) => {
  console.error(text)
  process.exit(1)
}
if (values.help) {
  console.log(HELP)
  process.exit(0)
}
if (!Number.isInteger(port) || port < 1 || port > 65_535)
  fail(`--port needs a number from 1 to 65535, not "${values.port}".`)

const setup = await import('./lib/setup.mjs')
if (!values['no-install']) setup.ensureInstalled()
else if (!existsSync(join(ROOT, 'node_modules')))
  fail('There is no node_modules folder: run without --no-install once.')
setup.ensureBuilt()

// These need installed packages.
const { isOpen, sleep } = await import('./lib/net.mjs')
const { isAlive } = await import('./lib/processes.mjs')

/** @returns {import('./launcher.mjs').State | null} */
const readState = () => {
  try {
    return JSON.parse(readFileSync(paths.state, 'utf8'))
  } catch {
    return null
  }
}
const tail = (/** @type {string} */ name) => {
  const file = join(paths.logs, `${name}.log`)
  return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n').slice(-15).join('\n') : '(no log)'
}

/** Health of the server: ok, or what is missing. @param {string} url */
const health = async (url) => {
  try {
    const response = await fetch(`${url}/api/v1/health`, { signal: AbortSignal.timeout(3000) })
    const { data } = await response.json()
    return {
      ok: Boolean(data.ok),
      detail: ['database', 'redis', 'worker'].filter((part) => !data[part]?.ok).join(', '),
    }
  } catch {
    return { ok: false, detail: 'no answer yet' }
  }
}

/** @param {string} url @param {number} launcherPid */
const waitUntilHealthy = async (url, launcherPid) => {
  let detail = ''
  for (let waited = 0; waited < 120_000; waited += 200) {
    const now = await health(url)
    if (now.ok) return
    detail = now.detail
    try {
      process.kill(launcherPid, 0)
    } catch {
      fail(`The start failed. The end of ${join(paths.logs, 'launcher.log')}:\n${tail('launcher')}`)
    }
    await sleep(200)
  }
  fail(
    `Not healthy after two minutes (${detail}). Logs are in ${paths.logs}; the end of backend.log:\n${tail('backend')}\nworker.log:\n${tail('worker')}`,
  )
}

/** A link that logs one browser in. @param {string} url */
const freshLink = async (url) => {
  const key = readFileSync(paths.key, 'utf8').trim()
  const response = await fetch(`${url}/api/v1/auth/links`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
  })
  if (!response.ok) fail(`The server refused the key in ${paths.key} (${response.status}).`)
  const { data } = await response.json()
  return String(data.url)
}

const openBrowser = (/** @type {string} */ link) => {
  const desktop =
    process.platform === 'darwin' ||
    process.platform === 'win32' ||
    process.env['DISPLAY'] ||
    process.env['WAYLAND_DISPLAY']
  if (!desktop || !process.stdout.isTTY) return
  const [command, ...args] =
    process.platform === 'darwin' ? ['open'] : process.platform === 'win32' ? ['cmd', '/c', 'start', ''] : ['xdg-open']
  spawn(String(command), [...args, link], { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref()
}

const runDemo = (/** @type {string} */ url) => {
  const cli = join(ROOT, JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).bin.mistudio)
  const args = [cli, 'demo', '--url', url, '--key-file', paths.key, '--out', paths.demo, '--folder', join(ROOT, 'demo')]
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' })
  if (status !== 0) fail('The demo did not finish; miStudio itself keeps running. The Jobs page shows what happened.')
}

/** @param {string} url */
const welcome = async (url) => {
  if (values.demo) runDemo(url)
  const link = await freshLink(url)
  console.log(
    `\nmiStudio runs at ${url}\nOpen this link once to log your browser in (valid for 10 minutes, works once):\n  ${link}\nAPI key: ${paths.key} · logs: ${paths.logs} · stop with ./stop-mistudio.sh`,
  )
  openBrowser(link)
}

const before = readState()
if (before && isAlive(before.launcher)) {
  console.log(`Already running since ${before.startedAt} in ${paths.dataDir}:`)
  for (const [name, entry] of Object.entries({ launcher: before.launcher, ...before.processes }))
    console.log(`  ${name.padEnd(9)} process ${entry.pid}${entry.port ? `, port ${entry.port}` : ''}`)
  await waitUntilHealthy(before.url, before.launcher.pid)
  await welcome(before.url)
  process.exit(0)
}
if (await isOpen(port))
  fail(`Port ${port} is taken by another program. Choose another one: ./start-mistudio.sh --port ${port + 1}`)

mkdirSync(paths.logs, { recursive: true })
const log = values.foreground ? null : openSync(join(paths.logs, 'launcher.log'), 'a')
const launcher = spawn(process.execPath, [join(ROOT, 'scripts', 'launcher.mjs'), String(port), paths.dataDir], {
  cwd: ROOT,
  detached: !values.foreground,
  stdio: log === null ? 'inherit' : ['ignore', log, log],
})
if (log !== null) closeSync(log)
if (!launcher.pid) fail('The launcher could not be started.')
await waitUntilHealthy(`http://127.0.0.1:${port}`, Number(launcher.pid))
await welcome(`http://127.0.0.1:${port}`)
if (values.foreground) {
  process.on('SIGINT', () => {}).on('SIGTERM', () => launcher.kill('SIGTERM'))
  launcher.once('exit', (code) => process.exit(code ?? 0))
} else launcher.unref()
