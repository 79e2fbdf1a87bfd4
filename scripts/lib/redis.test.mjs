// Both embedded Redis servers, the native and the JavaScript one, answer nobody without the password and nobody from outside.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createConnection } from 'node:net'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { freePort, isOpen, until } from './net.mjs'
import { which } from './processes.mjs'
import { redisAnswers, spawnRedis } from './redis.mjs'

const PASSWORD = 'a-password-of-the-test'
/** @type {string} */
let root
/** @type {import('node:child_process').ChildProcess} */
let child
const before = process.env['MISTUDIO_JS_REDIS']

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'mistudio-redis "ü" '))
})
afterEach(async () => {
  const ended = new Promise((done) => child.once('exit', done))
  child.kill('SIGKILL')
  await ended
  if (before === undefined) delete process.env['MISTUDIO_JS_REDIS']
  else process.env['MISTUDIO_JS_REDIS'] = before
  rmSync(root, { recursive: true, force: true })
})

/** What a server says to one line. @param {number} port @param {string} line @returns {Promise<string>} */
const say = (port, line) =>
  new Promise((done, failed) => {
    const socket = createConnection({ port, host: '127.0.0.1' })
    socket.once('connect', () => socket.write(`${line}\r\n`))
    socket.once('error', failed)
    socket.once('data', (chunk) => {
      socket.destroy()
      done(String(chunk))
    })
  })

const kinds = [{ kind: 'JavaScript', js: '1' }, ...(which('redis-server') ? [{ kind: 'native', js: '0' }] : [])]

describe.each(kinds)('the $kind Redis', ({ js }) => {
  it('needs the password, which is in none of its arguments, and listens on this machine only', async () => {
    process.env['MISTUDIO_JS_REDIS'] = js
    const port = await freePort()
    child = spawnRedis({ folder: join(root, 'redis'), port, password: PASSWORD, output: 'ignore' })
    await until(() => redisAnswers(port, PASSWORD), 20_000, 'The start of Redis')
    expect(await redisAnswers(port, 'wrong')).toBe(false)
    for (const line of ['GET a', 'EVAL "return 1" 0', 'CONFIG GET requirepass', 'MULTI'])
      expect(await say(port, line)).toMatch(/^-NOAUTH/)
    if (process.platform === 'linux') {
      for (const file of ['cmdline', 'environ'])
        expect(readFileSync(`/proc/${child.pid}/${file}`, 'utf8')).not.toContain(PASSWORD)
    }
    const outside = Object.values(networkInterfaces())
      .flat()
      .filter((one) => one && !one.internal && one.family === 'IPv4')
    for (const one of outside) expect(await isOpen(port, one?.address)).toBe(false)
  })
})
