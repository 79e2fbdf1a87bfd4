// Addresses of routes: a path of the route table with its parameters and its query filled in.
import {
  API_PREFIX,
  AppError,
  isRawName,
  type RawRouteName,
  ROUTES,
  type RouteName,
  type Routes,
} from '@mistudio/contracts'
import type { z } from 'zod'

export type PathParams<P extends string> = P extends `${string}:${infer Name}/${infer Rest}`
  ? { [K in Name | keyof PathParams<`/${Rest}`>]: string | number }
  : P extends `${string}:${infer Name}`
    ? { [K in Name]: string | number }
    : unknown

type AddressInput<R> = (R extends { path: infer P extends string }
  ? unknown extends PathParams<P>
    ? unknown
    : { params: PathParams<P> }
  : unknown) &
  (R extends { query: infer Q extends z.ZodType } ? { query: z.input<Q> } : unknown)

/** One function per route with raw bytes: its address below the origin, or with it where the client has one. */
export type RawAddresses = { readonly [N in RawRouteName]: (input: AddressInput<Routes[N]>) => string }

interface Parts {
  readonly params?: Readonly<Record<string, string | number>>
  readonly query?: Readonly<Record<string, unknown>>
}

/** @throws AppError `bad_request` when a parameter of the path is missing. */
export function addressOf(path: string, { params = {}, query = {} }: Parts = {}): string {
  const filled = path.replace(/:(\w+)/g, (_, name: string) => {
    const value = params[name]
    if (value === undefined) throw new AppError('bad_request', `Route ${path} needs the parameter "${name}".`)
    return encodeURIComponent(String(value))
  })
  const entries = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== '')
  const search = new URLSearchParams(entries.map(([key, value]) => [key, String(value)]))
  return `${API_PREFIX}${filled}${entries.length > 0 ? `?${search}` : ''}`
}

export const rawAddresses = (baseUrl: string): RawAddresses =>
  Object.fromEntries(
    (Object.keys(ROUTES) as RouteName[])
      .filter(isRawName)
      .map((name) => [name, (parts: Parts) => `${baseUrl}${addressOf(ROUTES[name].path, parts)}`]),
  ) as unknown as RawAddresses
