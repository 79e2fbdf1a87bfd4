// Every text field of every request, found by walking the schemas of the route table: none takes what no row can hold.
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { block, line, ROUTES, type Route, writable } from './index.js'

const UNWRITABLE = ['\0', '\u001b', '\u0007', '\u007f', '\u0085', '\ud800', '\udc00']
/** Types that hold no text of the user's. */
const PLAIN = new Set(['number', 'int', 'boolean', 'null', 'enum', 'literal', 'bigint', 'undefined', 'transform'])

interface Def {
  readonly type: string
  readonly [key: string]: unknown
}
const defOf = (schema: z.core.$ZodType): Def => schema._zod.def as unknown as Def
const isSchema = (value: unknown): value is z.core.$ZodType =>
  typeof value === 'object' && value !== null && '_zod' in value

/** The leaves that take text, with where they stand. Throws for a type that it does not know: teach it, then. */
function texts(schema: z.core.$ZodType, where: string): [string, z.core.$ZodType][] {
  const def = defOf(schema)
  if (def.type === 'string') return [[where, schema]]
  if (PLAIN.has(def.type)) return []
  if (def.type === 'lazy') return texts((def['getter'] as () => z.core.$ZodType)(), where)
  // "true" or "false" in a query: a text with two values.
  if (def.type === 'pipe' && defOf(def['out'] as z.core.$ZodType).type === 'boolean') return [[where, schema]]
  const inner: [string, unknown][] =
    def.type === 'object'
      ? Object.entries(def['shape'] as object)
      : def.type === 'union'
        ? (def['options'] as unknown[]).map((option, at) => [`|${at}`, option])
        : def.type === 'array'
          ? [['[]', def['element']]]
          : def.type === 'tuple'
            ? (def['items'] as unknown[]).map((item, at) => [`[${at}]`, item])
            : def.type === 'record'
              ? [
                  ['{key}', def['keyType']],
                  ['{}', def['valueType']],
                ]
              : def.type === 'pipe'
                ? [
                    ['', def['in']],
                    ['', def['out']],
                  ]
                : [['', def['innerType']]]
  return inner.flatMap(([name, part]) => {
    if (!isSchema(part)) throw new Error(`${where}: ${def.type} is not walked yet`)
    return texts(part, name ? `${where}.${name}` : where)
  })
}

const inputs = (Object.entries(ROUTES) as [string, Route][]).flatMap(([name, { body, query }]) => [
  ...(body ? [[`${name} body`, body] as const] : []),
  ...(query ? [[`${name} query`, query] as const] : []),
])
const fields = inputs.flatMap(([where, schema]) => texts(schema, where))

describe('text fields of requests', () => {
  it('are found', () => {
    expect(fields.map(([where]) => where)).toEqual(
      expect.arrayContaining(['createTemplate body.name', 'annotateFeature body.notes', 'browseFiles query.path']),
    )
  })

  it.each(fields)('%s takes no control characters and no halves of characters', (_, schema) => {
    for (const bad of UNWRITABLE) {
      // Whatever length and form it wants: refusals of every try are refusals of the character.
      for (const text of [bad, `a${bad}b`, `${'a'.repeat(39)}${bad}`, `org/a${bad}`]) {
        expect(z.safeParse(schema, text).success, JSON.stringify(text)).toBe(false)
      }
    }
  })
})

it('lines are one line, blocks keep tabs and line ends, and every other letter has its place in both', () => {
  expect(line().safeParse('a\nb').success).toBe(false)
  expect(block().parse('a\tb\r\nc')).toBe('a\tb\r\nc')
  for (const kind of [line(), block()]) expect(kind.parse('ä 漢 😀 \u202e')).toBe('ä 漢 😀 \u202e')
})

it('makes what earlier versions stored readable', () => {
  expect(writable({ prompt: 'a\u001bb\n', stop: ['\u0007', '😀'], n: 1 })).toEqual({
    prompt: 'a\uFFFDb\n',
    stop: ['\uFFFD', '😀'],
    n: 1,
  })
})
