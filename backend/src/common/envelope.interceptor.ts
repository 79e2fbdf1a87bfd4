// Puts every answer of the route table into `{data, meta}` and lets nothing out that its schema does not name. Files go as they are.

import { PageMetaSchema, type RouteName, routeOf } from '@mistudio/contracts'
import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common'
import { Reflector } from '@nestjs/core'
import { map, type Observable } from 'rxjs'
import { z } from 'zod'
import { ROUTE_KEY } from './route.js'

const wrap = (name: RouteName, value: unknown): unknown => {
  const route = routeOf(name)
  if (route.gives) return value
  if (route.listed) {
    const { items, meta } = z.object({ items: route.response, meta: PageMetaSchema }).parse(value)
    return { data: items, meta }
  }
  if (!route.paged) return { data: route.response.parse(value ?? null) }
  const page = z.object({ items: z.array(route.response), meta: PageMetaSchema }).parse(value)
  return { data: page.items, meta: page.meta }
}

@Injectable()
export class EnvelopeInterceptor implements NestInterceptor {
  constructor(private readonly reflector: Reflector) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const name = this.reflector.get<RouteName | undefined>(ROUTE_KEY, context.getHandler())
    return name === undefined ? next.handle() : next.handle().pipe(map((value) => wrap(name, value)))
  }
}
