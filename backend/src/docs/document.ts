// OpenAPI of the REST interface, made from the rooms: the same schemas that check requests describe them.
import { API_PREFIX, ErrorEnvelopeSchema, PageMetaSchema, ROOMS, type Route, SESSION_COOKIE } from '@mistudio/contracts'
import { z } from 'zod'
import { VERSION } from '../common/version.js'
import { Components, type Direction, type JsonSchema } from './named-schemas.js'

const json = (schema: JsonSchema) => ({ 'application/json': { schema } })
const BYTES = 'application/octet-stream'

/** A body or an answer by name; answers may be lists of something with a name, or nothing. @throws Error for one without a name. */
class Shapes {
  readonly components = new Components()

  private named(schema: z.ZodType, io: Direction, where: string): { id: string; reference: JsonSchema } {
    const id = this.components.idOf(schema)
    if (id === null) throw new Error(`${where}: its schema has no name. Export it from the contracts as <Name>Schema.`)
    return { id, reference: this.components.reference(id, io) }
  }

  body(schema: z.ZodType, where: string): JsonSchema {
    return this.named(schema, 'input', where).reference
  }

  /** `{data}` or `{data, meta}` around the answer. */
  answer(route: Route & { response: z.ZodType }, where: string): JsonSchema {
    const { response, paged, listed } = route
    if (response instanceof z.ZodNull) return this.envelope('Nothing', { type: 'null' })
    if (response instanceof z.ZodArray) {
      const { id, reference } = this.named(response.element as z.ZodType, 'output', where)
      return listed ? this.page(id, reference) : this.envelope(`${id}List`, { type: 'array', items: reference })
    }
    const { id, reference } = this.named(response, 'output', where)
    return paged ? this.page(id, reference) : this.envelope(id, reference)
  }

  private page(id: string, reference: JsonSchema): JsonSchema {
    const meta = this.named(PageMetaSchema, 'output', 'pages').reference
    return this.components.add(`${id}PageEnvelope`, {
      type: 'object',
      properties: { data: { type: 'array', items: reference }, meta },
      required: ['data', 'meta'],
    })
  }

  failure(): JsonSchema {
    return this.named(ErrorEnvelopeSchema, 'output', 'failures').reference
  }

  private envelope(name: string, data: JsonSchema): JsonSchema {
    return this.components.add(`${name}Envelope`, { type: 'object', properties: { data }, required: ['data'] })
  }
}

const IF_MATCH = {
  name: 'If-Match',
  in: 'header',
  required: false,
  description: 'The `version` that was edited; another one now is refused with `edited_meanwhile`.',
  schema: { type: 'string' },
}
const CONTENT_RANGE = {
  name: 'Content-Range',
  in: 'header',
  required: true,
  description: 'Which bytes of the whole file these are: `bytes first-last/size`.',
  schema: { type: 'string' },
}

function parametersOf(shapes: Shapes, route: Route): unknown[] {
  const inPath = [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
  const inQuery = Object.entries(route.query?.shape ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    required: !z.safeParse(schema, undefined).success,
    schema: shapes.components.inline(schema as z.ZodType, 'input'),
  }))
  const inHeader = route.guarded ? [IF_MATCH] : route.takes && route.method === 'PATCH' ? [CONTENT_RANGE] : []
  return [...inPath, ...inQuery, ...inHeader]
}

function bodyOf(shapes: Shapes, name: string, route: Route) {
  if (route.takes) return { required: true, content: { [BYTES]: { schema: { type: 'string', format: 'binary' } } } }
  return route.body && { required: true, content: json(shapes.body(route.body, `The body of ${name}`)) }
}

function contentOf(shapes: Shapes, name: string, route: Route) {
  if (!route.gives) return json(shapes.answer(route, `The answer of ${name}`))
  return Object.fromEntries(route.gives.map((type) => [type, { schema: { type: 'string', format: 'binary' } }]))
}

function operationOf(shapes: Shapes, tag: string, name: string, route: Route) {
  const body = bodyOf(shapes, name, route)
  return {
    operationId: name,
    tags: [tag],
    summary: route.summary,
    description: route.scope ? `Needs the scope \`${route.scope}\`.` : 'Open to everybody.',
    parameters: parametersOf(shapes, route),
    ...(body ? { requestBody: body } : {}),
    responses: {
      [route.status]: { description: 'Success', content: contentOf(shapes, name, route) },
      default: { description: 'Failure', content: json(shapes.failure()) },
    },
    security: route.scope ? [{ key: [] }, { session: [] }] : [],
  }
}

type Operation = ReturnType<typeof operationOf>

/** The document. @throws Error for a body or an answer whose schema has no name. */
export function openApiDocument() {
  const shapes = new Shapes()
  const paths: Record<string, Record<string, Operation>> = {}
  for (const { title, routes } of ROOMS) {
    for (const [name, route] of Object.entries(routes)) {
      const path = `${API_PREFIX}${route.path.replace(/:(\w+)/g, '{$1}')}`
      paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(shapes, title, name, route) }
    }
  }
  const { schemas, rest } = shapes.components.finish(paths)
  return {
    openapi: '3.1.0',
    info: { title: 'miStudio', version: VERSION, description: 'REST interface of MechInterp Studio.' },
    tags: ROOMS.filter(({ routes }) => Object.keys(routes).length > 0).map(({ title }) => ({ name: title })),
    paths: rest,
    components: {
      schemas,
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: `${SESSION_COOKIE}_<installation>` },
      },
    },
  }
}
