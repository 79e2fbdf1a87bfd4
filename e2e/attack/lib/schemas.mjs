// Values that fit the schemas of the route table, and every place in them that holds text. Read from the JSON Schema of what goes in.
import { randomUUID } from 'node:crypto'

/** @typedef {Record<string, any>} Schema a JSON Schema */
/** @typedef {{ path: (string | number)[], value: any }} TextField where a text stands, and a value of the whole that holds one there */

/** @param {{ toJSONSchema: (options: object) => Schema }} zod @returns {Schema} */
export const schemaOf = (zod) => zod.toJSONSchema({ io: 'input', unrepresentable: 'any' })

const resolve = (/** @type {Schema} */ schema, /** @type {Schema} */ root) =>
  schema['$ref'] ? (root['$defs']?.[String(schema['$ref']).split('/').at(-1) ?? ''] ?? {}) : schema

/** The smallest value a schema takes, as far as JSON Schema says. @param {Schema} given @param {Schema} [root] @returns {any} */
export const sampleOf = (given, root = given) => {
  const schema = resolve(given, root)
  if ('const' in schema) return schema['const']
  if (schema['enum']) return schema['enum'][0]
  const choices = schema['oneOf'] ?? schema['anyOf']
  if (choices) return sampleOf(choices[0], root)
  if (schema['allOf'])
    return Object.assign({}, ...schema['allOf'].map((/** @type {Schema} */ part) => sampleOf(part, root)))
  switch (schema['type']) {
    case 'object':
      return Object.fromEntries(
        (schema['required'] ?? []).map((/** @type {string} */ key) => [
          key,
          sampleOf(schema['properties'][key] ?? {}, root),
        ]),
      )
    case 'array':
      return Array.from({ length: schema['minItems'] ?? 0 }, () => sampleOf(schema['items'] ?? {}, root))
    case 'string':
      return textFor(schema)
    case 'integer':
    case 'number':
      return Math.max(schema['minimum'] ?? schema['exclusiveMinimum'] ?? 1, Math.min(1, schema['maximum'] ?? 1))
    case 'boolean':
      return true
    default:
      return null
  }
}

const textFor = (/** @type {Schema} */ { format, pattern, minLength = 1 }) => {
  if (format === 'uuid') return randomUUID()
  if (format === 'date-time') return new Date().toISOString()
  if (pattern?.includes('40')) return 'a'.repeat(40)
  return 'attack'.repeat(Math.ceil(minLength / 6)).slice(0, Math.max(minLength, 6))
}

const isText = (/** @type {Schema} */ schema) =>
  schema['type'] === 'string' &&
  !('const' in schema) &&
  !schema['enum'] &&
  !['uuid', 'date-time'].includes(schema['format'])

/**
 * Every text field of a schema, each with a value that is whole but for it. @param {Schema} given @param {Schema} [root] @param {number} [depth]
 * @returns {TextField[]}
 */
export const textFields = (given, root = given, depth = 0) => {
  const schema = resolve(given, root)
  if (depth > 8) return []
  if (isText(schema)) return [{ path: [], value: null }]
  const choices = schema['oneOf'] ?? schema['anyOf']
  if (choices) return choices.flatMap((/** @type {Schema} */ choice) => textFields(choice, root, depth + 1))
  if (schema['type'] === 'array') {
    const items = schema['items'] ?? {}
    const rest = Array.from({ length: Math.max(0, (schema['minItems'] ?? 0) - 1) }, () => sampleOf(items, root))
    return textFields(items, root, depth + 1).map(({ path, value }) => ({
      path: [0, ...path],
      value: [value, ...rest],
    }))
  }
  if (schema['type'] !== 'object') return []
  return Object.entries(schema['properties'] ?? {}).flatMap(([key, inner]) =>
    textFields(inner, root, depth + 1).map(({ path, value }) => ({
      path: [key, ...path],
      value: { ...sampleOf(schema, root), [key]: value },
    })),
  )
}

/** The value with a text put where the field is. @param {TextField} field @param {string} text @returns {any} */
export const withText = ({ path, value }, text) => {
  if (!path.length) return text
  const whole = structuredClone(value)
  let place = whole
  for (const step of path.slice(0, -1)) place = place[step]
  place[path.at(-1) ?? ''] = text
  return whole
}
