// Local users: another user of this machine reaches neither the database nor Redis without their secret.
import { execFileSync } from 'node:child_process'
import { createConnection } from 'node:net'
import pg from 'pg'
import { unless } from '../lib/probes.mjs'
import { asSomebody, isRoot, listening, pidsOf } from '../lib/processes.mjs'

/** What a server on a port says to some bytes within two seconds. @param {number} port @param {string} bytes @returns {Promise<string>} */
const tell = (port, bytes) =>
  new Promise((done) => {
    let said = ''
    const socket = createConnection({ port, host: '127.0.0.1' })
    socket.setTimeout(2000)
    const end = () => {
      socket.destroy()
      done(said)
    }
    socket
      .on('data', (part) => (said += part))
      .once('timeout', end)
      .once('error', end)
      .once('close', end)
    socket.write(bytes, 'latin1')
  })

/** Asks PostgreSQL whether it speaks TLS; only PostgreSQL answers S or N to that. */
const TLS_REQUEST = '\0\0\0\x08\x04\xd2\x16/'

/** @type {import('../main.mjs').Group} */
export const localUsers = {
  name: 'local-users',
  about: 'PostgreSQL and Redis of the product without their secret, over TCP and sockets',
  short: true,
  run: async ({ probe, instance }) => {
    const ports = listening(await pidsOf(instance.stack)).filter((port) => port !== instance.stack.port)
    for (const port of ports) {
      await probe('a port of the product speaks no Redis to strangers', async () => {
        const said = await tell(port, 'PING\r\nCONFIG GET dir\r\nQUIT\r\n')
        return unless(!/\+PONG|^\$|\r\ndir\r\n/m.test(said), 'PING, CONFIG GET dir', said)
      })
      if (!/^[SN]$/.test(await tell(port, TLS_REQUEST))) continue
      for (const user of ['postgres', 'mistudio', 'root', 'nobody']) {
        for (const password of [undefined, 'postgres']) {
          await probe(
            `PostgreSQL refuses ${user} ${password === undefined ? 'without a password' : 'with a guess'}`,
            async () => {
              const client = new pg.Client({
                host: '127.0.0.1',
                port,
                user,
                database: 'mistudio',
                ...(password === undefined ? {} : { password }),
                connectionTimeoutMillis: 3000,
              })
              client.on('error', () => {})
              try {
                await client.connect()
                const { rows } = await client.query('SELECT current_user, (SELECT count(*) FROM api_key) AS keys')
                return { sent: `a connection as ${user}`, got: rows[0] }
              } catch {
                return null
              } finally {
                await client.end().catch(() => {})
              }
            },
          )
        }
      }
    }
    await probe('another user finds no socket of the product to open', async () => {
      const { dataDir } = instance
      const line = `find '${dataDir}' -type s 2>/dev/null`
      const found = (isRoot ? asSomebody(`${line} -writable`).stdout : '').trim()
      return unless(found === '', line, found)
    })
    await probe('the database role of the backend is no superuser', async () => {
      const role = await backendRole(instance)
      return unless(role !== 'postgres', undefined, `the backend signs in as ${role}`)
    })
  },
}

/** The role under which the backend sits in the database, as the processes of PostgreSQL show it to everybody. @param {import('../lib/instance.mjs').Instance} instance */
const backendRole = async ({ stack }) => {
  const pids = await pidsOf(stack)
  const titles = execFileSync('ps', ['-o', 'args=', '-p', pids.join(',')], { encoding: 'utf8' })
  return /postgres: (\S+) mistudio /.exec(titles)?.[1] ?? 'nobody that ps shows'
}
