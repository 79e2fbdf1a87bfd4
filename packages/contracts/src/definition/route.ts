// What a room says of each of its REST routes. Server, client and OpenAPI are made from it; nothing else knows an address.
import type { z } from 'zod'
import type { Scope } from '../auth/scope.js'

interface Described {
  /** What it does, in one sentence: the name that OpenAPI and tools show. */
  readonly summary: string
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  /** Below `/api/v1`, parameters as `:name`. */
  readonly path: `/${string}`
  /** null: open to everybody. */
  readonly scope: Scope | null
  /** Of success. */
  readonly status: 200 | 201
  readonly query?: z.ZodObject
}

/** A route that speaks JSON: the client has a function for it. */
export interface JsonRoute extends Described {
  readonly body?: z.ZodType
  /** Schema of `data`. */
  readonly response: z.ZodType
  /** Answers `{data: [...], meta: {total, offset, limit}}`. */
  readonly paged?: true
  /** A list of a room: `response` is the array of a page, its query is made by `listQuery`, and the answer has the meta of a page. */
  readonly listed?: true
  /** An edit of a row with a `version`: `If-Match` names the one that its editor saw, so that nobody's text is overwritten unseen. */
  readonly guarded?: true
  readonly takes?: undefined
  readonly gives?: undefined
}

/** A route whose body is a file or a piece of one, as it is: the client has its address and method. The answer is JSON. */
export interface UploadRoute extends Described {
  readonly takes: 'bytes'
  readonly response: z.ZodType
  readonly body?: undefined
  readonly paged?: undefined
  readonly listed?: undefined
  readonly guarded?: undefined
  readonly gives?: undefined
}

/** A route that answers a file: the client has its address, for links. */
export interface DownloadRoute extends Described {
  readonly method: 'GET'
  /** Media types of what comes. */
  readonly gives: readonly [string, ...string[]]
  readonly response?: undefined
  readonly body?: undefined
  readonly paged?: undefined
  readonly listed?: undefined
  readonly guarded?: undefined
  readonly takes?: undefined
}

export type RawRoute = UploadRoute | DownloadRoute
export type Route = JsonRoute | RawRoute

export const isRaw = (route: Route): route is RawRoute => route.takes !== undefined || route.gives !== undefined
