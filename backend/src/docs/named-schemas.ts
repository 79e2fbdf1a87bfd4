// Schemas by name for OpenAPI: every exported `XSchema` of the contracts is the component `X`. One whose input is not its output (defaults,
// transforms) and that is used both ways is two: `X` and `XInput`.
import * as contracts from '@mistudio/contracts'
import { z } from 'zod'

export type Direction = 'input' | 'output'
export type JsonSchema = Readonly<Record<string, unknown>>

const PREFIX = '#/components/schemas/'
const LARGEST = Number.MAX_SAFE_INTEGER

const registry = z.registry<{ id: string }>()
// The same schema under two names has that of a request, not of the job that passes it on.
const isOfJobs = ([name]: [string, unknown]): number => Number(name.endsWith('ParamsSchema'))
for (const [name, schema] of Object.entries(contracts).sort((a, b) => isOfJobs(a) - isOfJobs(b))) {
  if (!name.endsWith('Schema') || !(schema instanceof z.ZodType) || registry.has(schema)) continue
  registry.add(schema, { id: name.slice(0, -'Schema'.length) })
}

/** What says nothing: the bounds of every integer, and that answers hold no other fields, which later versions may add. */
function plain({ zodSchema, jsonSchema }: { zodSchema: z.core.$ZodTypes; jsonSchema: Record<string, unknown> }): void {
  if (jsonSchema['maximum'] === LARGEST) delete jsonSchema['maximum']
  if (jsonSchema['minimum'] === -LARGEST) delete jsonSchema['minimum']
  const { def } = zodSchema._zod
  if (def.type === 'object' && def.catchall === undefined) delete jsonSchema['additionalProperties']
}

const OPTIONS = { unrepresentable: 'any', override: plain } as const

function all(io: Direction): ReadonlyMap<string, JsonSchema> {
  const { schemas } = z.toJSONSchema(registry, { ...OPTIONS, io, uri: (id) => `${PREFIX}${id}` })
  return new Map(
    Object.entries(schemas).map(([id, json]) => {
      const { $schema: _schema, $id: _id, ...rest } = json as Record<string, unknown>
      return [id, rest]
    }),
  )
}

const BY_DIRECTION = { input: all('input'), output: all('output') }

function referencesOf(json: unknown): string[] {
  if (Array.isArray(json)) return json.flatMap(referencesOf)
  if (typeof json !== 'object' || json === null) return []
  return Object.entries(json).flatMap(([key, value]) =>
    key === '$ref' && typeof value === 'string' ? [value.slice(PREFIX.length)] : referencesOf(value),
  )
}

/** Ids whose two directions differ, in themselves or in what they refer to. */
const differing = ((): ReadonlySet<string> => {
  const found = new Set<string>()
  const differs = (id: string): boolean =>
    JSON.stringify(BY_DIRECTION.input.get(id)) !== JSON.stringify(BY_DIRECTION.output.get(id)) ||
    [...referencesOf(BY_DIRECTION.input.get(id))].some((other) => found.has(other))
  let before = -1
  while (before !== found.size) {
    before = found.size
    for (const id of BY_DIRECTION.output.keys()) if (differs(id)) found.add(id)
  }
  return found
})()

/** Components of one document: those that were asked for, and what they refer to. */
export class Components {
  private readonly used = { input: new Set<string>(), output: new Set<string>() }
  private readonly made = new Map<string, JsonSchema>()

  /** Name of an exported schema; null for any other. */
  idOf(schema: z.ZodType): string | null {
    return registry.get(schema)?.id ?? null
  }

  /** A reference to an exported schema. */
  reference(id: string, io: Direction): JsonSchema {
    this.use(id, io)
    return { $ref: `${PREFIX}${id}`, direction: io }
  }

  /** A component that is no schema of the contracts. */
  add(name: string, json: JsonSchema): JsonSchema {
    this.made.set(name, json)
    return { $ref: `${PREFIX}${name}` }
  }

  /** A schema as it stands, with references where its parts have names. */
  inline(schema: z.ZodType, io: Direction): JsonSchema {
    const { $schema: _schema, ...json } = z.toJSONSchema(schema, { ...OPTIONS, io })
    return json
  }

  private use(id: string, io: Direction): void {
    if (this.used[io].has(id)) return
    this.used[io].add(id)
    for (const other of referencesOf(BY_DIRECTION[io].get(id))) this.use(other, io)
  }

  /** Every component by its final name, and the document's other parts with references to these names. */
  finish<T>(rest: T): { schemas: Record<string, JsonSchema>; rest: T } {
    const twice = new Set([...this.used.input].filter((id) => this.used.output.has(id) && differing.has(id)))
    const nameOf = (id: string, io: Direction) => (io === 'input' && twice.has(id) ? `${id}Input` : id)
    const settle = (json: unknown, io: Direction): unknown => {
      if (Array.isArray(json)) return json.map((part) => settle(part, io))
      if (typeof json !== 'object' || json === null) return json
      if ('$ref' in json && typeof json.$ref === 'string') {
        const direction = 'direction' in json ? (json.direction as Direction) : io
        return { $ref: `${PREFIX}${nameOf(json.$ref.slice(PREFIX.length), direction)}` }
      }
      return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, settle(value, io)]))
    }
    const schemas = new Map<string, JsonSchema>()
    for (const io of ['output', 'input'] as const) {
      for (const id of this.used[io]) {
        schemas.set(nameOf(id, io), settle(BY_DIRECTION[io].get(id), io) as JsonSchema)
      }
    }
    for (const [name, json] of this.made) schemas.set(name, settle(json, 'output') as JsonSchema)
    const sorted = [...schemas].sort(([a], [b]) => (a < b ? -1 : 1))
    return { schemas: Object.fromEntries(sorted), rest: settle(rest, 'output') as T }
  }
}
