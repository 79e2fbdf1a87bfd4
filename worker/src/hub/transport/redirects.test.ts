// Guards: a redirect of a hub or mirror never makes this machine ask itself, its network or its cloud's metadata, never leaves https, never
// carries the token; and a download that would never end does.
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { QUICK } from '../testing/rig.js'
import { guardedLookup, mayReach, type Reach, reachOf, requireReach } from './addresses.js'
import { get, readWhole, wayTo } from './http.js'
import type { Timing } from './retry.js'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})
const serve = async (answer: RequestListener, host = '127.0.0.1'): Promise<string> => {
  const server = createServer(answer)
  servers.push(server)
  await new Promise<void>((done) => server.listen(0, host, done))
  return `http://${host}:${(server.address() as AddressInfo).port}`
}
const signal = new AbortController().signal
const ask = (endpoint: string, timing: Timing = QUICK) =>
  get({ endpoint, token: 'hf_secret', timing }, `${endpoint}/file`, { signal })
const redirectTo = (location: string) => serve((_, response) => response.writeHead(302, { location }).end())

describe('addresses', () => {
  it.each<[string, Reach]>([
    ['127.0.0.1', 'loopback'],
    ['127.255.0.9', 'loopback'],
    ['::1', 'loopback'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['::ffff:7f00:1', 'loopback'],
    ['10.1.2.3', 'private'],
    ['172.31.0.1', 'private'],
    ['172.32.0.1', 'public'],
    ['192.168.1.1', 'private'],
    ['100.64.0.1', 'private'],
    ['fd00::1', 'private'],
    ['64:ff9b::a00:1', 'private'],
    ['2002:c0a8:101::1', 'private'],
    ['169.254.169.254', 'special'],
    ['0.0.0.0', 'special'],
    ['::', 'special'],
    ['fe80::1%eth0', 'special'],
    ['224.0.0.1', 'special'],
    ['255.255.255.255', 'special'],
    ['93.184.216.34', 'public'],
    ['2606:2800:220:1::1', 'public'],
  ])('%s is %s', (address, reach) => expect(reachOf(address)).toBe(reach))

  it('are reached only from as near', () => {
    const reaches: readonly Reach[] = ['loopback', 'private', 'special', 'public']
    const allowed = reaches.flatMap((endpoint) =>
      reaches.filter((target) => mayReach(target, endpoint)).map((target) => `${endpoint} to ${target}`),
    )
    expect(allowed).toEqual([
      'loopback to loopback',
      'loopback to private',
      'loopback to public',
      'private to private',
      'private to public',
      'special to public',
      'public to public',
    ])
  })

  it('behind a name are checked where the connection is made', async () => {
    const look = (endpoint: Reach) =>
      new Promise((resolve) =>
        guardedLookup(endpoint)('localhost', { all: true }, (error, found) => resolve(error ?? found)),
      )
    expect(await look('public')).toMatchObject({ code: 'hub_invalid' })
    expect(await look('private')).toMatchObject({ code: 'hub_invalid' })
    expect(await look('loopback')).toEqual(
      expect.arrayContaining([expect.objectContaining({ family: expect.any(Number) })]),
    )
    for (const host of ['http://127.1', 'http://0x7f000001', 'http://[::1]', 'http://2130706433'])
      expect(() => requireReach(new URL(host), 'public')).toThrow(/not followed/)
  })
})

describe('a redirect', () => {
  it.each([
    'http://169.254.169.254/latest/meta-data',
    'http://[fe80::1]/x',
    'http://0.0.0.0:6379/',
    'ftp://127.0.0.1/x',
    'http://198.51.100.7/x',
  ])('to %s is refused', async (location) => {
    await expect(redirectTo(location).then((endpoint) => ask(endpoint))).rejects.toMatchObject({ code: 'hub_invalid' })
  })

  it('within the machine of the hub is followed, without the token', async () => {
    const seen: (string | undefined)[] = []
    const storage = await serve((request, response) => {
      seen.push(request.headers.authorization)
      response.end('content')
    })
    const { response } = await ask(await redirectTo(`${storage}/x`))
    expect(await response.text()).toBe('content')
    expect(seen).toEqual([undefined])
  })
})

it('rules where bytes may be sent just as where they may come from', async () => {
  const access = (endpoint: string) => ({ endpoint, token: null, timing: QUICK })
  for (const address of ['http://169.254.169.254/put', 'http://[fe80::1]/put', 'ftp://127.0.0.1/put'])
    await expect(wayTo(access('http://127.0.0.1:1'), address)).rejects.toMatchObject({ code: 'hub_invalid' })
  for (const address of ['http://127.0.0.1:6379/', 'https://10.0.0.1/', 'http://93.184.216.35/'])
    await expect(wayTo(access('https://93.184.216.34'), address)).rejects.toMatchObject({ code: 'hub_invalid' })
  await expect(wayTo(access('http://93.184.216.34'), 'http://93.184.216.35/')).rejects.toThrow(/unencrypted/)
  await expect(wayTo(access('https://93.184.216.34'), 'https://93.184.216.35/')).resolves.toBeDefined()
})

describe('an endless answer', () => {
  const endless =
    (bytes: number, everyMs: number): RequestListener =>
    (_, response) => {
      const timer = setInterval(() => response.write(Buffer.alloc(bytes)), everyMs)
      response.on('close', () => clearInterval(timer))
    }

  it('without a size ends at the limit', async () => {
    const { response } = await ask(await serve(endless(50_000, 1)))
    await expect(readWhole(response, 300_000, signal, QUICK)).rejects.toMatchObject({ code: 'hub_invalid' })
  })

  it('that trickles counts as silent', async () => {
    const timing = { ...QUICK, paceBytes: 1000, paceMs: 200 }
    const { response } = await ask(await serve(endless(1, 20)), timing)
    await expect(readWhole(response, 300_000, signal, timing)).rejects.toMatchObject({ code: 'hub_unreachable' })
  })
})
