// Whose address a request comes from, for REST and sockets alike: what a proxy says counts only when that proxy is trusted
// (MISTUDIO_TRUSTED_PROXIES). Decides nothing about who may come in.
import type { IncomingMessage } from 'node:http'

/** Whether an address belongs to a trusted proxy; express compiles it from its setting `trust proxy`. */
export type TrustedProxy = (address: string, hop: number) => boolean

/** What asks express for it. */
export const TRUSTED_PROXY_SETTING = 'trust proxy fn'

/** From the connection outwards, the first address that is no trusted proxy. */
export function clientAddress(request: Pick<IncomingMessage, 'headers' | 'socket'>, trusted: TrustedProxy): string {
  const forwarded = [request.headers['x-forwarded-for'] ?? []].flat().join(',')
  const named = forwarded.split(',').map(withoutPort)
  const hops = [request.socket.remoteAddress ?? 'unknown', ...named.filter((name) => name !== '').reverse()]
  const client = hops.findIndex((address, hop) => hop === hops.length - 1 || !trusted(address, hop))
  return hops[client] ?? 'unknown'
}

/** Some proxies add the port, which is another one for each connection of the same client. */
function withoutPort(name: string): string {
  const text = name.trim()
  const [, address] = /^([\d.]+):\d+$/.exec(text) ?? /^\[([^\]]*)\](?::\d+)?$/.exec(text) ?? []
  return address ?? text
}
