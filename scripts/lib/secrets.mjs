// The passwords of one data directory's servers: random, made once, in <data-dir>/secrets/servers.json, which only its owner reads.
// They travel in files and pipes, never in arguments or the environment. API keys are the backend's.
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Passwords of the database's superuser, of the owner of its tables, of the product, and of Redis. */
const NAMES = /** @type {const} */ (['superuser', 'owner', 'product', 'redis'])
/** @typedef {Record<typeof NAMES[number], string>} Secrets */

const ITERATIONS = 4096

/** Writes a file that only its owner reads, whole or not at all. @param {string} file @param {string} text */
export const writePrivate = (file, text) => {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const handle = openSync(`${file}.new`, 'w', 0o600)
  try {
    writeSync(handle, text)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
  renameSync(`${file}.new`, file)
}

/** The secrets of a folder, made when there are none; `fresh` says that no server can know them yet. @param {string} folder @returns {{ secrets: Secrets, fresh: boolean }} */
export const serverSecrets = (folder) => {
  const file = join(folder, 'servers.json')
  try {
    const stored = JSON.parse(readFileSync(file, 'utf8'))
    if (NAMES.every((name) => typeof stored[name] === 'string' && stored[name].length >= 32))
      return { secrets: stored, fresh: false }
  } catch {
    // None, or not readable as ours: new ones are set in the servers before they listen.
  }
  const made = NAMES.map((name) => [name, randomBytes(32).toString('base64url')])
  const secrets = /** @type {Secrets} */ (Object.fromEntries(made))
  writePrivate(file, `${JSON.stringify(secrets, null, 2)}\n`)
  return { secrets, fresh: true }
}

/** What PostgreSQL stores of a password (RFC 5803), so that the password itself is in no statement and no log. @param {string} password */
export const scramVerifier = (password, salt = randomBytes(16)) => {
  const salted = pbkdf2Sync(password, salt, ITERATIONS, 32, 'sha256')
  const keyed = (/** @type {string} */ text) => createHmac('sha256', salted).update(text).digest()
  const stored = createHash('sha256').update(keyed('Client Key')).digest('base64')
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${stored}:${keyed('Server Key').toString('base64')}`
}
