// The typed REST client: one function per entry of contracts' route table. Answers are parsed, failures become AppError.
import {
  AppError,
  ErrorEnvelopeSchema,
  isRawName,
  type JsonRoute,
  type JsonRouteName,
  type PageMeta,
  PageMetaSchema,
  ROUTES,
  type RouteName,
  type Routes,
  type Upload,
  UploadSchema,
} from '@mistudio/contracts'
import { z } from 'zod'
import { addressOf, type PathParams, type RawAddresses, rawAddresses } from './addresses.js'

type Input<R> = (R extends { path: infer P extends string }
  ? unknown extends PathParams<P>
    ? unknown
    : { params: PathParams<P> }
  : unknown) &
  (R extends { query: infer Q extends z.ZodType } ? { query?: z.input<Q> } : unknown) &
  (R extends { body: infer B extends z.ZodType } ? { body: z.input<B> } : unknown) &
  /** `seen`: the version that the editor saw; without it whatever is there is overwritten. */
  (R extends { guarded: true } ? { seen?: string } : unknown)
type Output<R> = R extends { response: infer S extends z.ZodType }
  ? R extends { paged: true }
    ? { items: z.output<S>[]; meta: PageMeta }
    : z.output<S>
  : never
type Call<R> =
  unknown extends Input<R>
    ? (input?: { signal?: AbortSignal }) => Promise<Output<R>>
    : Record<string, never> extends Input<R>
      ? (input?: Input<R> & { signal?: AbortSignal }) => Promise<Output<R>>
      : (input: Input<R> & { signal?: AbortSignal }) => Promise<Output<R>>

type ListedName = { [N in RouteName]: Routes[N] extends { listed: true } ? N : never }[RouteName]
type Listed<N extends ListedName> =
  Output<Routes[N]> extends (infer Item extends { readonly id: string })[] ? Item : never
/** What a list can be asked. */
type ListAsked<N extends ListedName> = z.input<Routes[N]['query']>

export type RestClient = { [N in JsonRouteName]: Call<Routes[N]> } & {
  /** Addresses of routes with raw bytes: for links, and for requests that need more than `fetch` tells. */
  readonly urls: RawAddresses
  /** Streams a file to the server; `onProgress` counts bytes sent where the platform tells. */
  upload(name: string, body: Blob | Uint8Array<ArrayBuffer>, options?: { signal?: AbortSignal }): Promise<Upload>
  /**
   * A page of a room's list with how many there are in all: `page('listModels', { query: { search: 'gpt', limit: 20 } })`. The route's own
   * function answers the items alone.
   */
  page<N extends ListedName>(
    name: N,
    input?: { query?: ListAsked<N>; signal?: AbortSignal },
  ): Promise<{ items: Listed<N>[]; meta: PageMeta }>
  readonly baseUrl: string
}
export type { ListAsked, Listed, ListedName }

export interface ClientOptions {
  /** Origin of the server, for example `http://127.0.0.1:8420`; empty in the browser. */
  readonly baseUrl?: string
  readonly apiKey?: string
  readonly fetch?: typeof fetch
}

interface LooseInput {
  params?: Record<string, string | number>
  query?: Record<string, unknown>
  body?: unknown
  seen?: string
  signal?: AbortSignal
}

const readJson = async (response: Response): Promise<unknown> => {
  const text = await response.text()
  try {
    return text ? JSON.parse(text) : {}
  } catch {
    throw new AppError(
      'unavailable',
      `The server answered ${response.status} with something that is not JSON. Is it miStudio that listens there?`,
    )
  }
}

/** Makes the client. Network failures become AppError `unavailable`, error bodies keep their code, message and details. */
export const createClient = (options: ClientOptions = {}): RestClient => {
  const baseUrl = (options.baseUrl ?? '').replace(/\/$/, '')
  const doFetch = options.fetch ?? fetch.bind(globalThis)
  const authorization: Record<string, string> = options.apiKey ? { authorization: `Bearer ${options.apiKey}` } : {}

  const send = async (
    method: string,
    address: string,
    init: { body?: BodyInit; headers?: Record<string, string>; signal?: AbortSignal | undefined },
  ): Promise<unknown> => {
    let response: Response
    try {
      response = await doFetch(`${baseUrl}${address}`, {
        method,
        credentials: 'same-origin',
        headers: { accept: 'application/json', ...authorization, ...init.headers },
        ...(init.body === undefined ? {} : { body: init.body }),
        ...(init.signal ? { signal: init.signal } : {}),
      })
    } catch (cause) {
      if (cause instanceof Error && cause.name === 'AbortError') throw cause
      throw new AppError(
        'unavailable',
        'No answer from the server. Check that it runs (./start-mistudio.sh) and try again.',
        undefined,
        { cause },
      )
    }
    const json = await readJson(response)
    if (response.ok) return json
    const parsed = ErrorEnvelopeSchema.safeParse(json)
    if (parsed.success) throw new AppError(parsed.data.error.code, parsed.data.error.message, parsed.data.error.details)
    throw new AppError('internal', `The server answered ${response.status} without saying why.`)
  }

  const ask = async (name: JsonRouteName, input: LooseInput = {}): Promise<unknown> => {
    const route: JsonRoute = ROUTES[name]
    const headers: Record<string, string> = input.seen === undefined ? {} : { 'if-match': `"${input.seen}"` }
    if (input.body !== undefined) headers['content-type'] = 'application/json'
    const body = input.body === undefined ? {} : { body: JSON.stringify(input.body) }
    return send(route.method, addressOf(route.path, input), {
      ...body,
      headers,
      signal: input.signal,
    })
  }

  const call = async (name: JsonRouteName, input: LooseInput = {}): Promise<unknown> => {
    const route: JsonRoute = ROUTES[name]
    const json = await ask(name, input)
    if (!route.paged) return z.object({ data: route.response }).parse(json).data
    const page = z.object({ data: z.array(route.response), meta: PageMetaSchema }).parse(json)
    return { items: page.data, meta: page.meta }
  }

  const page = async (name: ListedName, input: LooseInput = {}): Promise<unknown> => {
    const answer = z.object({ data: ROUTES[name].response, meta: PageMetaSchema }).parse(await ask(name, input))
    return { items: answer.data, meta: answer.meta }
  }

  const methods = Object.fromEntries(
    (Object.keys(ROUTES) as RouteName[]).flatMap((name) =>
      isRawName(name) ? [] : [[name, (input?: LooseInput) => call(name, input)]],
    ),
  )
  const upload: RestClient['upload'] = async (name, body, { signal } = {}) =>
    z.object({ data: UploadSchema }).parse(
      await send(ROUTES.uploadFile.method, addressOf(ROUTES.uploadFile.path, { query: { name } }), {
        body,
        headers: { 'content-type': 'application/octet-stream' },
        signal,
      }),
    ).data
  return { ...methods, upload, page, baseUrl, urls: rawAddresses(baseUrl) } as RestClient
}
