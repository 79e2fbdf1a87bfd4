// Floods and guesses: one caller can neither stall the others nor try secrets without being slowed down; headers move no door.
import { randomUUID } from 'node:crypto'
import { SOCKET_REQUESTS } from '@mistudio/contracts'
import { pause } from '../../lib/work.mjs'
import { dataOf, send, short } from '../lib/http.mjs'
import { sessionOf, startInstance } from '../lib/instance.mjs'
import { unless } from '../lib/probes.mjs'
import { openSocket, within } from '../lib/socket.mjs'

const MESSAGES = 50_000
/** What a question about health may take while somebody floods. Generous: two cores, other tests beside. */
const HEALTH_MS = 2000
const GUESSES = 100
const WAIT_MS = 20_000

/** The slowest answer of /health until a promise settles. @param {string} url @param {Promise<unknown>} until */
const slowestHealth = async (url, until) => {
  let over = false
  const end = until.then(
    () => (over = true),
    () => (over = true),
  )
  let slowest = 0
  while (!over) {
    slowest = Math.max(slowest, (await send(url, { path: '/health', timeoutMs: 60_000 })).ms)
    await Promise.race([end, pause(50)])
  }
  return Math.round(slowest)
}

/** Subscribes as often as it can on some sockets. @param {import('../lib/instance.mjs').Instance} instance @param {number} sockets */
const floodOf = async ({ url, keys }, sockets) => {
  const open = await Promise.allSettled(Array.from({ length: sockets }, () => openSocket(url, { key: keys.read })))
  const admitted = open.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  for (const { socket } of admitted) {
    for (let i = 0; i < MESSAGES / sockets; i++)
      socket.emit(SOCKET_REQUESTS.subscribe, { channel: `training/${randomUUID()}` })
  }
  return { admitted, closed: Promise.all(admitted.map(({ closed }) => within(closed, WAIT_MS))) }
}

/** @type {import('../main.mjs').Group} */
export const flood = {
  name: 'flood',
  about: '50,000 subscribes, guesses of keys behind made-up addresses, foreign Host headers, cookie names, CSP',
  own: true,
  run: async ({ probe, instance }) => {
    const { url, keys } = instance
    for (const sockets of [1, 50]) {
      await probe(`${MESSAGES} subscribes on ${sockets} sockets do not stall others`, async () => {
        const { admitted, closed } = await floodOf(instance, sockets)
        const slowest = await slowestHealth(url, closed)
        for (const { socket } of admitted) socket.close()
        const got = `the slowest /health took ${slowest} ms, ${admitted.length} sockets came in`
        return unless(slowest < HEALTH_MS, `${MESSAGES} × subscribe with a read key`, got)
      })
    }
    await probe('a flood is closed', async () => {
      const { admitted, closed } = await floodOf(instance, 1)
      const ended = await closed
      for (const { socket } of admitted) socket.close()
      return unless(ended.every(Boolean), `${MESSAGES} × subscribe`, 'the socket stays open')
    })
    await probe('a socket beside the flood still hears what it subscribed to', async () => {
      const { socket } = await openSocket(url, { key: keys.write })
      const heard = new Promise((done) => socket.once('system', done))
      socket.emit(SOCKET_REQUESTS.subscribe, { channel: 'system' })
      const held = await within(heard, WAIT_MS)
      socket.close()
      return unless(Boolean(held), 'subscribe system', 'nothing within 20 s')
    })
    await probe('one key opens no thousand sockets', async () => {
      const tries = await Promise.allSettled(Array.from({ length: 600 }, () => openSocket(url, { key: keys.read })))
      const open = tries.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
      for (const { socket } of open) socket.close()
      return unless(open.length < 600, '600 sockets of one read key', `${open.length} admitted`)
    })
    await guesses({ probe, instance })
    await headers({ probe, instance })
  },
}

/** @param {{ probe: import('../main.mjs').Probe, instance: import('../lib/instance.mjs').Instance }} on */
const guesses = async ({ probe, instance: { url, keys } }) => {
  await probe('guesses at sign-in are slowed down behind any X-Forwarded-For', async () => {
    const statuses = []
    for (let i = 0; i < 40; i++) {
      const headers = { 'x-forwarded-for': `10.1.2.${i}, 10.3.4.${i}`, 'x-real-ip': `10.1.2.${i}` }
      const json = { apiKey: `mis_guess_number_${i}` }
      statuses.push((await send(url, { method: 'POST', path: '/auth/login', json, headers })).status)
    }
    return unless(
      statuses.includes(429),
      '40 wrong keys, each from another address',
      `${statuses.filter((s) => s === 401).length} × 401`,
    )
  })
  await probe('guesses of bearer keys are slowed down', async () => {
    const statuses = []
    for (let i = 0; i < GUESSES; i++)
      statuses.push((await send(url, { path: '/models', key: `mis_guess_number_${i}` })).status)
    return unless(
      statuses.includes(429),
      `${GUESSES} wrong bearer keys`,
      `${statuses.filter((s) => s === 401).length} × 401`,
    )
  })
  for (const path of ['/api/v1/auth/login', '/API/v1/auth/login', '/api/v1/auth/login/']) {
    await probe(`guesses all at once are no more guesses: ${path}`, async () => {
      const guess = (/** @type {number} */ i) =>
        send(url, { method: 'POST', path, raw: true, json: { apiKey: `mis_guess_at_once_${i}` } })
      const answers = await Promise.all(Array.from({ length: GUESSES }, (_, i) => guess(i)))
      const looked = answers.filter(({ status }) => status === 401).length
      return unless(looked <= 40, `${GUESSES} wrong keys at once`, `${looked} × 401`)
    })
  }
  await probe('a right key is answered while others guess', async () => {
    const answer = await send(url, { path: '/models', key: keys.read })
    return unless(answer.status === 200, 'a right key after the guesses', short(answer))
  })
  await probe('guesses at the socket are slowed down or refused, and a right key comes in', async () => {
    await Promise.allSettled(
      Array.from({ length: GUESSES }, (_, i) => openSocket(url, { key: `mis_guess_number_${i}` })),
    )
    const { socket } = await openSocket(url, { key: keys.read })
    socket.close()
    return null
  })
}

/** @param {{ probe: import('../main.mjs').Probe, instance: import('../lib/instance.mjs').Instance }} on */
const headers = async ({ probe, instance }) => {
  const { url, ask } = instance
  for (const [name, value] of [
    ['host', 'evil.example'],
    ['x-forwarded-host', 'evil.example'],
    ['x-forwarded-proto', 'https'],
  ]) {
    await probe(`a link does not follow the header ${name}`, async () => {
      const answer = await ask({ method: 'POST', headers: { [String(name)]: String(value) } }, '/auth/links')
      return unless(
        !/evil\.example|https:/.test(answer.text),
        `${name}: ${value}`,
        short(answer).replace(/code=[^"]*/, 'code=…'),
      )
    })
  }
  await probe('Content-Security-Policy lists where the page may connect', async () => {
    const policy = String((await send(url, { path: '/', raw: true })).headers['content-security-policy'])
    const connect = /connect-src ([^;]*)/.exec(policy)?.[1] ?? ''
    return unless(connect !== '' && !/(^| )(wss?:|https?:|\*)( |$)/.test(connect), 'GET /', `connect-src ${connect}`)
  })
  await probe('two products on one host have two cookies', async () => {
    const other = await startInstance()
    try {
      const nameAt = async (/** @type {string} */ at, /** @type {string} */ apiKey) => {
        const { code } = dataOf(await send(at, { method: 'POST', path: '/auth/links', key: apiKey }))
        const answer = await send(at, { method: 'POST', path: '/auth/link', json: { code } })
        return sessionOf(answer).split('=')[0]
      }
      // The throttle of the guesses above may still hold here.
      const names = [await nameAt(url, instance.apiKey), await nameAt(other.url, other.apiKey)]
      return unless(names[0] !== names[1] || names[0] === '', 'POST /auth/link at both', names)
    } finally {
      await other.stop()
    }
  })
}
