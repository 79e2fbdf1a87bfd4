// Guards: every operation of the OpenAPI document says what it does and speaks in named schemas; raw bytes are in it; what it refers to is there.
import { ROUTES, type Route } from '@mistudio/contracts'
import { describe, expect, it } from 'vitest'
import { openApiDocument } from './document.js'

const document = openApiDocument()
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
)
const schemas: Record<string, unknown> = document.components.schemas

/** Every `$ref` below a value. */
function references(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, part]) => (key === '$ref' ? [String(part)] : references(part)))
}

describe('the OpenAPI document', () => {
  it('has an operation for every route, with its status', () => {
    const byId = new Map(operations.map(({ operation }) => [operation.operationId, operation]))
    for (const [name, route] of Object.entries(ROUTES) as [string, Route][]) {
      expect(Object.keys(byId.get(name)?.responses ?? {}), name).toEqual([String(route.status), 'default'])
    }
    expect(byId.size).toBe(Object.keys(ROUTES).length)
  })

  it('summarises every operation in a sentence', () => {
    for (const { operation } of operations) expect(operation.summary, operation.operationId).toMatch(/^[A-Z].{8,}\.$/)
  })

  it('names every body and every answer', () => {
    for (const { operation } of operations) {
      const contents = [
        operation.requestBody?.content ?? {},
        ...Object.values(operation.responses).map((r) => r.content),
      ]
      for (const [type, media] of contents.flatMap((content) => Object.entries(content))) {
        const { schema } = media as { schema: object }
        if (type !== 'application/json' || 'format' in schema)
          expect(schema).toEqual({ type: 'string', format: 'binary' })
        else expect(Object.keys(schema), operation.operationId).toEqual(['$ref'])
      }
    }
  })

  it('describes files that come and go', () => {
    const raw = (Object.entries(ROUTES) as [string, Route][]).filter(([, { takes, gives }]) => takes ?? gives)
    expect(raw.map(([name]) => name)).toEqual(expect.arrayContaining(['uploadPiece', 'saeFile', 'trainingMetricsFile']))
    const upload = operations.find(({ operation }) => operation.operationId === 'uploadPiece')?.operation
    expect(upload?.requestBody?.content).toHaveProperty(['application/octet-stream'])
    expect(upload?.parameters).toContainEqual(expect.objectContaining({ name: 'Content-Range', required: true }))
    const metrics = operations.find(({ operation }) => operation.operationId === 'trainingMetricsFile')?.operation
    expect(metrics?.responses[200]?.content).toHaveProperty(['text/csv'])
  })

  it('refers to nothing that is not there, and keeps nothing that nobody refers to', () => {
    const used = new Set(references(document).map((ref) => ref.replace('#/components/schemas/', '')))
    expect([...used].filter((name) => !(name in schemas))).toEqual([])
    expect(Object.keys(schemas).filter((name) => !used.has(name))).toEqual([])
    expect(Object.keys(schemas).length).toBeGreaterThan(100)
  })

  it('tells what is sent from what is answered where defaults make them differ', () => {
    const required = (name: string) => (schemas[name] as { required?: string[] }).required
    // A template may be sent without a description; one that is answered has it.
    expect(required('CreateTemplateInput')).not.toContain('description')
    expect(required('CreateTemplate')).toContain('description')
  })
})
