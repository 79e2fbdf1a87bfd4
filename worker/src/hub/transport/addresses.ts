// Which addresses a redirect may lead to. A hub or a mirror must not make this machine ask its own services, its neighbours or the metadata
// service of its cloud. Pure but for looking names up.
import { lookup } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { AppError } from '@mistudio/contracts'

/** How near an address is: a machine's own, its network's, of no ordinary use, or anybody's. */
export type Reach = 'loopback' | 'private' | 'special' | 'public'

const v4 = (...nets: readonly (readonly [string, number])[]): BlockList => list('ipv4', nets)
const v6 = (...nets: readonly (readonly [string, number])[]): BlockList => list('ipv6', nets)
function list(family: 'ipv4' | 'ipv6', nets: readonly (readonly [string, number])[]): BlockList {
  const blocks = new BlockList()
  for (const [net, bits] of nets) blocks.addSubnet(net, bits, family)
  return blocks
}

/** RFC 6890 and its successors: special-purpose address registries. */
const REACHES = {
  ipv4: [
    ['loopback', v4(['127.0.0.0', 8])],
    ['private', v4(['10.0.0.0', 8], ['172.16.0.0', 12], ['192.168.0.0', 16], ['100.64.0.0', 10])],
    [
      'special',
      v4(
        ['0.0.0.0', 8],
        ['169.254.0.0', 16],
        ['192.0.0.0', 24],
        ['192.0.2.0', 24],
        ['198.18.0.0', 15],
        ['198.51.100.0', 24],
        ['203.0.113.0', 24],
        ['224.0.0.0', 3],
      ),
    ],
  ],
  ipv6: [
    ['loopback', v6(['::1', 128])],
    ['private', v6(['fc00::', 7])],
    ['special', v6(['::', 128], ['fe80::', 10], ['fec0::', 10], ['ff00::', 8], ['2001:db8::', 32], ['100::', 64])],
  ],
} as const

/** IPv4 inside IPv6: mapped, translated (NAT64) and tunnelled (6to4) addresses reach the machine that the last bytes name. */
function embedded(address: string): string | null {
  const dotted = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (dotted) return dotted
  const full = new URL(`http://[${address.split('%')[0]}]`).hostname.slice(1, -1)
  const hex =
    /^(?:::ffff:|64:ff9b::)([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(full) ??
    /^2002:([0-9a-f]{1,4}):([0-9a-f]{1,4}):/.exec(full)
  if (!hex) return null
  const [high, low] = [Number.parseInt(hex[1] ?? '', 16), Number.parseInt(hex[2] ?? '', 16)]
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}

/** @param address an IPv4 or IPv6 address */
export function reachOf(address: string): Reach {
  const inside = isIP(address) === 6 ? embedded(address) : null
  if (inside) return reachOf(inside)
  const family = isIP(address) === 4 ? 'ipv4' : 'ipv6'
  return REACHES[family].find(([, blocks]) => blocks.check(address.split('%')[0] ?? '', family))?.[0] ?? 'public'
}

/** Whether a redirect from an endpoint that is this near may lead to an address that is this near. */
export const mayReach = (target: Reach, endpoint: Reach): boolean =>
  target === 'public' ||
  (target === 'private' && (endpoint === 'private' || endpoint === 'loopback')) ||
  (target === 'loopback' && endpoint === 'loopback')

const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '')

/** The farthest of the addresses of a host; `public` for one that is not known, for then nothing near was configured. */
export function reachOfHost(url: URL): Promise<Reach> {
  const host = hostOf(url)
  if (isIP(host)) return Promise.resolve(reachOf(host))
  return new Promise((resolve) =>
    lookup(host, { all: true }, (error, found) => {
      const reaches = error ? [] : found.map(({ address }) => reachOf(address))
      resolve(reaches.includes('public') || reaches.length === 0 ? 'public' : (reaches[0] ?? 'public'))
    }),
  )
}

const refused = (host: string): AppError =>
  new AppError(
    'hub_invalid',
    `The hub redirects to ${host}, an address inside this machine's own network, which is not followed. If that is your mirror's storage, set HF_ENDPOINT to an address in that network.`,
  )

/** @throws AppError when the address that the host is written as may not be reached. */
export function requireReach(url: URL, endpoint: Reach): void {
  const host = hostOf(url)
  if (isIP(host) && !mayReach(reachOf(host), endpoint)) throw refused(host)
}

/** Looks a name up for a connection and refuses it there when any address may not be reached: what is checked is what is connected to. */
export const guardedLookup =
  (endpoint: Reach): LookupFunction =>
  (host, options, done) =>
    lookup(host, { ...options, all: true }, (error, found) => {
      if (error) return done(error, '', 0)
      const near = found.find(({ address }) => !mayReach(reachOf(address), endpoint))
      const [first] = found
      if (near || !first) return done(refused(host), '', 0)
      if (options.all) done(null, found)
      else done(null, first.address, first.family)
    })
