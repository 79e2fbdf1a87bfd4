// Decorators that tie a handler to its entry of contracts' route table: method, path, scope, and what comes in.

import { AppError, IdSchema, type PageMeta, type RouteName, routeOf, type Scope } from '@mistudio/contracts'
import {
  applyDecorators,
  createParamDecorator,
  type ExecutionContext,
  HttpCode,
  RequestMapping,
  RequestMethod,
  SetMetadata,
} from '@nestjs/common'
import type { Request } from 'express'
import { z } from 'zod'
import { parseInput } from './parse.js'

const ROUTE_KEY = 'mistudio:route'
const SCOPE_KEY = 'mistudio:scope'

export { ROUTE_KEY, SCOPE_KEY }
/** Value of the scope metadata of a route that is open to everybody; absent metadata means: refuse. */
export const OPEN = 'open'
export type DeclaredScope = Scope | typeof OPEN

const METHODS = {
  GET: RequestMethod.GET,
  POST: RequestMethod.POST,
  PATCH: RequestMethod.PATCH,
  PUT: RequestMethod.PUT,
  DELETE: RequestMethod.DELETE,
} as const

/** Serves one entry of the route table. */
export function Serve(name: RouteName): MethodDecorator {
  const route = routeOf(name)
  return applyDecorators(
    RequestMapping({ method: METHODS[route.method], path: route.path }),
    HttpCode(route.status),
    SetMetadata(ROUTE_KEY, name),
    SetMetadata(SCOPE_KEY, route.scope ?? OPEN),
  )
}

const requestOf = (context: ExecutionContext): Request => context.switchToHttp().getRequest<Request>()

/** The body, parsed by the route's schema. */
export const BodyOf = createParamDecorator((name: RouteName, context: ExecutionContext) => {
  const schema = routeOf(name).body
  if (!schema) throw new Error(`Route ${name} has no body`)
  return parseInput(schema, requestOf(context).body ?? {}, 'The request body')
})

/** The query string, parsed by the route's schema. */
export const QueryOf = createParamDecorator((name: RouteName, context: ExecutionContext) => {
  const schema = routeOf(name).query
  if (!schema) throw new Error(`Route ${name} has no query`)
  return parseInput(schema, requestOf(context).query, 'The query')
})

/** The `:id` of the path; anything but a UUID names nothing. */
export const IdParam = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  const id = IdSchema.safeParse(requestOf(context).params['id'])
  if (!id.success) throw new AppError('not_found', 'There is nothing here: the address holds no valid id.')
  return id.data.toLowerCase()
})

const IndexSchema = z.coerce.number().int().min(0).max(2_147_483_647)
/** The `:index` of a feature. */
export const IndexParam = createParamDecorator((_: unknown, context: ExecutionContext): number => {
  const index = IndexSchema.safeParse(requestOf(context).params['index'])
  if (!index.success)
    throw new AppError('not_found', 'There is nothing here: the address holds no valid feature index.')
  return index.data
})

export interface Page<T> {
  readonly items: readonly T[]
  readonly meta: PageMeta
}
