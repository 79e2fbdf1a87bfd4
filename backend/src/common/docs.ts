// OpenAPI of the REST interface, made from the route table: the same schemas that check requests describe them.

import {
  API_PREFIX,
  ErrorEnvelopeSchema,
  PageMetaSchema,
  ROUTES,
  type Route,
  SESSION_COOKIE,
} from '@mistudio/contracts'
import type { INestApplication } from '@nestjs/common'
import { type OpenAPIObject, SwaggerModule } from '@nestjs/swagger'
import { z } from 'zod'
import { VERSION } from './version.js'

type PathItem = OpenAPIObject['paths'][string]
type Operation = NonNullable<PathItem['get']>
type SchemaObject = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>[string]

const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): SchemaObject => {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io, unrepresentable: 'any', target: 'openapi-3.0' })
  return json as SchemaObject
}

const json = (schema: z.ZodType, io: 'input' | 'output') => ({ 'application/json': { schema: schemaOf(schema, io) } })

function parametersOf(route: Route): NonNullable<Operation['parameters']> {
  const inPath = [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name: name ?? '',
    in: 'path' as const,
    required: true,
    schema: { type: 'string' as const },
  }))
  const shape = route.query instanceof z.ZodObject ? Object.entries(route.query.shape) : []
  const inQuery = shape.map(([name, schema]) => ({
    name,
    in: 'query' as const,
    required: false,
    schema: schema instanceof z.ZodType ? schemaOf(schema, 'input') : {},
  }))
  const seen = {
    name: 'If-Match',
    in: 'header' as const,
    required: false,
    description: 'The `version` that was edited; another one now is refused with `edited_meanwhile`.',
    schema: { type: 'string' as const },
  }
  return [...inPath, ...inQuery, ...(route.guarded ? [seen] : [])]
}

function operationOf(name: string, route: Route): Operation {
  const answer = route.paged
    ? z.object({ data: z.array(route.response), meta: PageMetaSchema })
    : route.listed
      ? z.object({ data: route.response, meta: PageMetaSchema })
      : z.object({ data: route.response })
  return {
    operationId: name,
    tags: [route.path.split('/')[1] ?? 'api'],
    description: route.scope ? `Needs the scope \`${route.scope}\`.` : 'Open to everybody.',
    parameters: parametersOf(route),
    ...(route.body ? { requestBody: { required: true, content: json(route.body, 'input') } } : {}),
    responses: {
      [name.startsWith('create') ? '201' : '200']: { description: 'Success', content: json(answer, 'output') },
      default: { description: 'Failure', content: json(ErrorEnvelopeSchema, 'output') },
    },
    security: route.scope ? [{ key: [] }, { session: [] }] : [],
  }
}

/** The document. */
export function openApiDocument(): OpenAPIObject {
  const paths: Record<string, PathItem> = {}
  for (const [name, route] of Object.entries(ROUTES)) {
    const path = `${API_PREFIX}${route.path.replace(/:(\w+)/g, '{$1}')}`
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(name, route) }
  }
  return {
    openapi: '3.0.3',
    info: { title: 'miStudio', version: VERSION, description: 'REST interface of MechInterp Studio.' },
    paths,
    components: {
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: `${SESSION_COOKIE}_<installation>` },
      },
    },
  }
}

/** Serves the document at `/api/docs-json` and a page for it at `/api/docs`. */
export function serveDocs(app: INestApplication): void {
  SwaggerModule.setup('api/docs', app, openApiDocument(), { jsonDocumentUrl: 'api/docs-json' })
}
