// HTTP to the hub. Redirects are followed by hand: the token goes to the hub's own origin and nowhere else, https stays https, and no
// redirect leads into this machine's own network unless the hub lies there. Silence ends a request.
import { AppError } from '@mistudio/contracts'
import { guardedLookup, type Reach, reachOfHost, requireReach } from './addresses.js'
import { type Connections, connections, exchange } from './exchange.js'
import { type Asked, refusal } from './refusals.js'
import { PassingError, type Timing } from './retry.js'

const MAX_REDIRECTS = 5
const REDIRECTS = [301, 302, 303, 307, 308]

export interface HubAccess {
  readonly endpoint: string
  readonly token: string | null
  readonly timing: Timing
}

export interface Answer {
  readonly response: Response
  /** Where the answer came from in the end; carries no token in itself, but storage links are signed, so it is never shown. */
  readonly url: string
  /** Headers of the redirects on the way, first to last: the hub tells size and hash there. */
  readonly redirects: readonly Headers[]
}

interface Request {
  readonly headers?: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  readonly asked?: Partial<Asked>
}

/**
 * GET with redirects. The answer is a success (2xx); its body still flows and must be read with `readBody` or cancelled.
 * @throws PassingError for what may pass, AppError for what will not.
 */
export async function get(
  access: HubAccess,
  url: string,
  { headers = {}, signal, asked = {} }: Request,
): Promise<Answer> {
  const about: Asked = { endpoint: access.endpoint, hasToken: access.token !== null, ...asked }
  const redirects: Headers[] = []
  let target = new URL(url)
  for (;;) {
    const own = isOwn(access, target)
    const response = await request(
      target,
      { ...headers, ...(own && access.token ? { authorization: `Bearer ${access.token}` } : {}) },
      { signal, timing: access.timing, guard: own ? null : await endpointReach(access) },
    )
    if (!REDIRECTS.includes(response.status)) {
      if (response.ok) return { response, url: target.href, redirects }
      await response.body?.cancel()
      throw refusal(response, about, !own)
    }
    await response.body?.cancel()
    redirects.push(response.headers)
    if (redirects.length > MAX_REDIRECTS)
      throw new AppError('hub_invalid', `${access.endpoint} redirects in circles. Check HF_ENDPOINT.`)
    target = nextTarget(target, response.headers.get('location'), access.endpoint, await endpointReach(access))
  }
}

/** Whether the token belongs to this address: scheme, host and port of the endpoint. */
const isOwn = (access: HubAccess, url: URL): boolean => url.origin === new URL(access.endpoint).origin

const endpointReach = ({ endpoint }: HubAccess): Promise<Reach> => reachOfHost(new URL(endpoint))

/** Unencrypted only from an unencrypted address, and then to the hub itself or within the network that both lie in. */
const isSafe = (from: URL, next: URL, endpoint: string, reach: Reach): boolean =>
  next.protocol === 'https:' ||
  (next.protocol === 'http:' &&
    from.protocol === 'http:' &&
    (next.host === new URL(endpoint).host || reach !== 'public'))

/** Connections for an address that the hub named, where bytes are to be sent. @throws AppError for one that a redirect may not lead to either. */
export async function wayTo({ endpoint }: HubAccess, address: string): Promise<Connections> {
  const [url, from] = [new URL(address), new URL(endpoint)]
  const reach = await reachOfHost(from)
  if (!isSafe(from, url, endpoint, reach))
    throw new AppError('hub_invalid', `${endpoint} names ${url.origin}, which is unencrypted. Check HF_ENDPOINT.`)
  if (url.origin === from.origin) return OWN
  requireReach(url, reach)
  return guardedConnections(reach)
}

function nextTarget(from: URL, location: string | null, endpoint: string, reach: Reach): URL {
  const next = location !== null && URL.canParse(location, from.href) ? new URL(location, from.href) : null
  if (next !== null && isSafe(from, next, endpoint, reach)) return next
  throw new AppError(
    'hub_invalid',
    `${endpoint} redirects to an address that is not followed (no address, or unencrypted). Check HF_ENDPOINT.`,
  )
}

const OWN = connections()
const GUARDED = new Map<Reach, Connections>()
function guardedConnections(reach: Reach): Connections {
  const known = GUARDED.get(reach) ?? connections(guardedLookup(reach))
  GUARDED.set(reach, known)
  return known
}

/** One request without redirects. Silence until the headers arrive ends it. */
async function request(
  url: URL,
  headers: Record<string, string>,
  { signal, timing, guard }: { signal: AbortSignal; timing: Timing; guard: Reach | null },
): Promise<Response> {
  if (guard) requireReach(url, guard)
  const end = new AbortController()
  const stop = (): void => end.abort()
  const timer = setTimeout(stop, timing.stallMs)
  signal.addEventListener('abort', stop, { once: true })
  try {
    signal.throwIfAborted()
    const sent = { 'accept-encoding': 'identity', 'user-agent': 'mistudio', ...headers }
    return await exchange(url, {
      headers: sent,
      signal: end.signal,
      over: guard ? guardedConnections(guard) : OWN,
    })
  } catch (error) {
    if (signal.aborted) throw signal.reason
    if (error instanceof AppError) throw error
    const why = end.signal.aborted
      ? `did not answer within ${timing.stallMs / 1000} s`
      : `cannot be reached (${reasonOf(error)})`
    throw new PassingError('hub_unreachable', `${url.origin} ${why}.`, { cause: error })
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
  }
}

/** `ECONNREFUSED`, `ENOTFOUND` … out of the wrapped error of fetch. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error
  if (cause instanceof Error) return 'code' in cause ? String(cause.code) : cause.message
  return String(cause)
}

/** The bytes of an answer as they come. @throws PassingError when the connection breaks or falls silent. */
export async function* readBody(response: Response, signal: AbortSignal, timing: Timing): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader()
  if (!reader) return
  let [since, bytes] = [performance.now(), 0]
  try {
    for (;;) {
      const next = await nextChunk(reader, signal, timing)
      if (next === null) return
      bytes += next.byteLength
      yield next
      const passed = performance.now() - since
      if (passed < timing.paceMs) continue
      if (bytes < timing.paceBytes)
        throw new PassingError('hub_unreachable', `Only ${bytes} bytes came in ${Math.round(passed / 1000)} s.`)
      ;[since, bytes] = [performance.now(), 0]
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

async function nextChunk(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  signal: AbortSignal,
  timing: Timing,
): Promise<Uint8Array | null> {
  let end = (): void => undefined
  const stopped = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => reject(new Error(`no byte for ${timing.stallMs / 1000} s`)), timing.stallMs)
    const stop = (): void => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
    end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
    }
  })
  try {
    signal.throwIfAborted()
    const { done, value } = await Promise.race([reader.read(), stopped])
    return done ? null : value
  } catch (error) {
    if (signal.aborted) throw signal.reason
    throw new PassingError('hub_unreachable', `The connection broke (${reasonOf(error)}).`, { cause: error })
  } finally {
    end()
  }
}

/** A whole body of at most `limit` bytes. @throws AppError when it is longer, PassingError when it breaks. */
export async function readWhole(
  response: Response,
  limit: number,
  signal: AbortSignal,
  timing: Timing,
): Promise<Buffer> {
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const part of readBody(response, signal, timing)) {
    bytes += part.byteLength
    if (bytes > limit)
      throw new AppError('hub_invalid', `The hub answered with more than ${limit} bytes, which is refused here.`)
    parts.push(part)
  }
  return Buffer.concat(parts)
}
