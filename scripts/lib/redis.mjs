// The embedded Redis: redis-server or valkey-server from PATH, else the JavaScript one (memory only, which ADR 0001 makes harmless).
import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { which } from './processes.mjs'

const JS_SERVER = `
const { createRedisMock } = await import(process.argv[1])
await createRedisMock({ port: Number(process.argv[2]), host: '127.0.0.1' })
setInterval(() => {}, 2 ** 30)
`

/** Spawns the server; it ends with its parent's signal. @param {{ folder: string, port: number, output: number | 'ignore' }} options */
export const spawnRedis = ({ folder, port, output }) => {
  mkdirSync(folder, { recursive: true })
  const server = process.env['MISTUDIO_JS_REDIS'] === '1' ? null : (which('redis-server') ?? which('valkey-server'))
  /** @type {import('node:child_process').StdioOptions} */
  const stdio = ['ignore', output, output]
  if (server) {
    const flags = [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--dir',
      folder,
      '--appendonly',
      'yes',
      '--save',
      '',
      '--maxmemory-policy',
      'noeviction',
    ]
    return { child: spawn(server, flags, { stdio }), kind: server }
  }
  const module = pathToFileURL(createRequire(import.meta.url).resolve('js-redis-server')).href
  return {
    child: spawn(process.execPath, ['--input-type=module', '-e', JS_SERVER, module, String(port)], { stdio }),
    kind: 'js-redis-server (JavaScript, in memory)',
  }
}
