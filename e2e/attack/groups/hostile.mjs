// Hostile requests: bodies, queries and paths that no client sends, for every route. Always a typed refusal or a right answer, in the
// error envelope, never an error nobody foresaw, and the product lives on.
import { mutateTree, textOf, treeOf } from '../../fuzz/json.mjs'
import { Random } from '../../fuzz/random.mjs'
import { formProblem, send, short } from '../lib/http.mjs'
import { unless } from '../lib/probes.mjs'
import { ADDRESSES, paramsOf, pathOf } from '../lib/routes.mjs'
import { sampleOf, schemaOf } from '../lib/schemas.mjs'

const MUTANTS = 12
const WORDS = ['name', 'path', 'id', 'admin', 'upload', 'folder', 'hub', 'float32', 'train', '']
/** Would change how the product is set up for the groups after this one. */
const SPARED = new Set(['updateSettings', 'setHubToken', 'deleteHubToken', 'logout', 'checkInstallation'])
const MIB = 2 ** 20

const deep = (/** @type {number} */ levels) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`
/** Bodies that are wrong for any route: what they are, the bytes, other headers. @type {readonly [string, string | Buffer, Record<string, string>][]} */
const BODIES = [
  ['null', 'null', {}],
  ['a list', '[]', {}],
  ['a number', '1e999', {}],
  ['a text', '"x"', {}],
  ['cut JSON', '{"name":"a', {}],
  ['no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]), {}],
  ['a BOM', '\ufeff{}', {}],
  ['deep objects', deep(20_000), {}],
  ['deep lists', '['.repeat(50_000), {}],
  ['prototype keys', '{"__proto__":{"admin":true},"constructor":{"prototype":{"scope":"admin"}}}', {}],
  ['a key twice', '{"name":"a","name":{"b":1}}', {}],
  ['100,000 keys', `{${Array.from({ length: 60_000 }, (_, i) => `"k${i}":1`).join(',')}}`, {}],
  ['two MiB', JSON.stringify({ name: 'x'.repeat(2 * MIB) }), {}],
  ['no JSON', 'name=a&scope=admin', { 'content-type': 'application/x-www-form-urlencoded' }],
  ['plain text', '{}', { 'content-type': 'text/plain' }],
  ['XML', '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', { 'content-type': 'application/xml' }],
  ['another charset', '{}', { 'content-type': 'application/json; charset=utf-7' }],
  ['no gzip', '{}', { 'content-encoding': 'gzip' }],
  ['an unknown encoding', '{}', { 'content-encoding': 'attack' }],
]
const IDS = [
  '%00',
  '%',
  '%E0%A4%A',
  '..%2f..%2fetc%2fpasswd',
  `'%20OR%201=1--`,
  'x'.repeat(6000),
  '%F0%9F%98%80',
  '-1',
  '1e99',
  '%0d%0aX:%20y',
]
const VALUES = [
  ...[
    '',
    ' ',
    '-1',
    '1e999',
    'NaN',
    '9'.repeat(400),
    '0x10',
    'true',
    'null',
    '[]',
    "'; DROP TABLE job;--",
    '%',
    '%25_',
    '\\',
    '\u{1F600}',
  ],
]

/** Queries for the fields of a schema, valid names with wrong values and wrong shapes. @param {Random} random @param {readonly string[]} fields */
const hostileQuery = (random, fields) => {
  const name = random.pick([...fields, '__proto__', 'constructor', 'limit', 'offset', ''])
  const value = encodeURIComponent(random.pick(VALUES))
  const shape = random.pick(['$n=$v', '$n=$v&$n=$v', '$n[]=$v', '$n[a][b]=$v', '$n', '$n=%', '&&&=', '$n=$v'])
  return shape.replaceAll('$n', name).replaceAll('$v', value)
}

/** @type {import('../main.mjs').Group} */
export const hostile = {
  name: 'hostile',
  about: 'fuzzed bodies, queries and paths for every route; oversize, deep, wrong types and content types',
  short: true,
  run: async ({ probe, instance, seed, brief }) => {
    const { url, apiKey } = instance
    const survives = (/** @type {string} */ what, /** @type {import('../lib/http.mjs').Ask} */ ask) =>
      probe(what, async () => {
        const answer = await send(url, { key: apiKey, ...ask })
        const problem = formProblem(answer)
        return unless(!problem, `${ask.method} ${ask.path} ${String(ask.body ?? '')}`.slice(0, 300), problem)
      })
    for (const address of ADDRESSES) {
      if (SPARED.has(address.name)) continue
      const random = new Random(`${seed} ${address.name}`)
      const { method } = address
      const [body, query] = [address.body && schemaOf(address.body), address.query && schemaOf(address.query)]
      if (method !== 'GET' && !/^(upload|folderPiece)$/.test(address.name))
        for (const [what, bytes, headers] of brief ? BODIES.filter((_, i) => i % 4 === 0) : BODIES)
          await survives(`${address.name}: ${what}`, { method, path: pathOf(address), body: bytes, headers })
      for (let i = 0; i < (brief ? 2 : MUTANTS); i++) {
        if (body) {
          const tree = treeOf(sampleOf(body))
          mutateTree(tree, random, WORDS)
          const mutant = textOf(tree)
          await survives(`${address.name}: mutant ${i}`, { method, path: pathOf(address), body: mutant })
        }
        const fields = Object.keys(query?.['properties'] ?? {})
        const asked = hostileQuery(random, fields)
        await survives(`${address.name}: query ${i}`, {
          method,
          path: `${pathOf(address)}?${asked}`,
          ...(body ? { body: '{}' } : {}),
        })
      }
      for (const name of paramsOf(address))
        for (const value of brief ? IDS.slice(0, 3) : IDS)
          await survives(`${address.name}: ${name} = ${value.slice(0, 20)}`, {
            method,
            path: pathOf(address, { [name]: value }),
          })
    }
    for (const [method, path] of [
      ['GET', '/api/v1/../../etc/passwd'],
      ['GET', '/api/v1/%2e%2e/%2e%2e/etc/passwd'],
      ['TRACE', '/api/v1/models'],
      ['OPTIONS', '/api/v1/models'],
      ['PROPFIND', '/api/v1/models'],
      ['POST', '/api/v1/nowhere'],
      ['DELETE', '/api/v1/models'],
      ['GET', '/..%2f..%2f..%2fetc/passwd'],
      ['GET', '/assets/..%2f..%2f..%2fpackage.json'],
      ['GET', '/%'],
      ['GET', '/%00'],
    ])
      await probe(`${method} ${path}`, async () => {
        const answer = await send(url, { method: String(method), path: String(path), key: apiKey, raw: true })
        const api = String(path).startsWith('/api/')
        const problem = api ? formProblem(answer) : answer.status >= 500 ? short(answer) : null
        return unless(
          !problem && !/root:|"workspaces"/.test(answer.text),
          `${method} ${path}`,
          problem ?? short(answer),
        )
      })
    await probe('the product lives after all that', async () => {
      const answer = await send(url, { path: '/health' })
      return unless(answer.status === 200 && answer.text.includes('"ok":true'), 'GET /health', short(answer))
    })
    for (const { id } of (await instance.client.listJobs({ query: {} })).items)
      await instance.ask({ method: 'POST' }, `/jobs/${id}/cancel`)
  },
}
