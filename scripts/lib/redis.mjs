// The embedded Redis: redis-server or valkey-server from PATH, else the JavaScript one (memory only, which ADR 0001 makes harmless).
// Its configuration, with the password, goes through its standard input, so that neither arguments nor a file hold it.
import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { which } from './processes.mjs'

/** A value as Redis's configuration reads it, with any letters in it. @param {string} text */
const quoted = (text) => `"${text.replace(/["\\]/g, (sign) => `\\${sign}`)}"`

/** @param {string} folder @param {number} port @param {string} password */
const configuration = (folder, port, password) =>
  [
    `port ${port}`,
    'bind 127.0.0.1',
    `requirepass ${quoted(password)}`,
    `dir ${quoted(folder)}`,
    'appendonly yes',
    'save ""',
    'maxmemory-policy noeviction',
    '',
  ].join('\n')

/** Spawns the server; it ends at SIGTERM. @param {{ folder: string, port: number, password: string, output: number | 'ignore', env?: Record<string, string> }} options */
export const spawnRedis = ({ folder, port, password, output, env = {} }) => {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const native = process.env['MISTUDIO_JS_REDIS'] === '1' ? null : (which('redis-server') ?? which('valkey-server'))
  const [command, args, input] = native
    ? [native, ['-'], configuration(folder, port, password)]
    : [process.execPath, [join(import.meta.dirname, 'js-redis.mjs')], JSON.stringify({ port, password })]
  const child = spawn(command, args, {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['pipe', output, output],
    detached: true,
  })
  // A server that dies before it has read is told of by its exit.
  child.stdin?.on('error', () => undefined)
  child.stdin?.end(input)
  return child
}

/** Whether the server there is the one with our password and answers. @param {number} port @param {string} password @returns {Promise<boolean>} */
export const redisAnswers = (port, password) =>
  new Promise((done) => {
    let text = ''
    const socket = createConnection({ port, host: '127.0.0.1', timeout: 1000 })
    const end = (/** @type {boolean} */ answer) => {
      socket.destroy()
      done(answer)
    }
    socket
      .once('connect', () => socket.write(`AUTH ${password}\r\nPING\r\n`))
      .on('data', (chunk) => {
        text += chunk
        if (text.includes('+PONG') || /^-/m.test(text)) end(text.startsWith('+OK') && text.includes('+PONG'))
      })
      .once('error', () => end(false))
      .once('timeout', () => end(false))
      .once('close', () => end(false))
  })

/** @param {number} port @param {string} password */
export const redisUrl = (port, password) => `redis://:${password}@127.0.0.1:${port}`
