// Finds a Chromium for the browser tests and, where a package manager and the rights allow, installs one.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { which } from './processes.mjs'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']
const PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

const find = () => {
  const named = process.env['CHROMIUM']
  if (named && existsSync(named)) return named
  for (const name of NAMES) {
    const path = which(name)
    if (path) return path
  }
  return PLACES.find((path) => existsSync(path)) ?? null
}

/** Commands that install Chromium without a question, as this user. @returns {string[][]} */
const installers = () => {
  const root = process.getuid?.() === 0
  const asRoot = root ? [] : which('sudo') && spawnSync('sudo', ['-n', 'true']).status === 0 ? ['sudo', '-n'] : null
  if (asRoot && which('apt-get'))
    return [
      [...asRoot, 'apt-get', 'update', '-qq'],
      [...asRoot, 'apt-get', 'install', '-y', '-qq', 'chromium', 'fonts-dejavu-core'],
    ]
  if (asRoot && which('dnf')) return [[...asRoot, 'dnf', 'install', '-y', '-q', 'chromium']]
  if (which('brew')) return [['brew', 'install', '--cask', 'chromium']]
  return []
}

/** Path of a Chromium, or null when there is none and none could be installed. */
export const ensureChromium = () => {
  const found = find()
  if (found) return found
  for (const [command, ...args] of installers()) {
    console.log(`Installing Chromium for the browser tests: ${[command, ...args].join(' ')}`)
    spawnSync(String(command), args, {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    })
  }
  return find()
}
