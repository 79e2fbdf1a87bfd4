// What start-mistudio.sh does once the server answers: the demo if asked, a link that logs one browser in, the browser itself.
import { spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './paths.mjs'

/** A link that logs one browser in. @param {import('./paths.mjs').Layout} paths @param {string} url */
const freshLink = async (paths, url) => {
  const key = readFileSync(paths.key, 'utf8').trim()
  const response = await fetch(`${url}/api/v1/auth/links`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
  })
  if (!response.ok) throw new Error(`The server refused the key in ${paths.key} (${response.status}).`)
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

/** @param {import('./paths.mjs').Layout} paths @param {string} url */
const runDemo = (paths, url) => {
  const cli = join(ROOT, JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).bin.mistudio)
  const args = [cli, 'demo', '--url', url, '--key-file', paths.key, '--out', paths.demo, '--folder', join(ROOT, 'demo')]
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' })
  if (status !== 0)
    throw new Error('The demo did not finish; miStudio itself keeps running. The Jobs page shows what happened.')
}

/** @param {import('./paths.mjs').Layout} paths @param {string} url @param {boolean} demo */
export const welcome = async (paths, url, demo) => {
  if (demo) runDemo(paths, url)
  const link = await freshLink(paths, url)
  console.log(
    `\nmiStudio runs at ${url}\nOpen this link once to log your browser in (valid for 10 minutes, works once):\n  ${link}\nAPI key: ${paths.key} · logs: ${paths.logs} · stop with ./stop-mistudio.sh`,
  )
  openBrowser(link)
}
