// Text: NUL, control characters and halves of characters in every text field of every route. Refused at the contract, by name of the
// field; never an error nobody foresaw.
import { formProblem, jsonOf, short } from '../lib/http.mjs'
import { unless } from '../lib/probes.mjs'
import { ADDRESSES, pathOf } from '../lib/routes.mjs'
import { schemaOf, textFields, withText } from '../lib/schemas.mjs'

/** Must be refused in every text field. */
const REFUSED = [
  ['NUL', 'a\0b'],
  ['an escape character', 'a\u001bb'],
  ['a bell', 'a\u0007b'],
]
/** Must not end in an error nobody foresaw. */
const SURVIVED = [
  ['half a character', 'a\ud800b'],
  ['the other half', '\udc00'],
  ['an override of direction', 'a\u202eb'],
  ['a line end', 'a\r\nb'],
  ['a long text', 'x'.repeat(5000)],
]

/** Whether a refusal names the field. @param {import('../lib/http.mjs').Answer} answer @param {(string | number)[]} path */
const names = (answer, path) => {
  const issues = jsonOf(answer)?.error?.details?.issues ?? []
  const field = path.join('.')
  return issues.some(
    (/** @type {{ path: string }} */ issue) => issue.path === field || field.startsWith(`${issue.path}.`),
  )
}

/** @type {import('../main.mjs').Group} */
export const text = {
  name: 'text',
  about: 'NUL, control characters and broken surrogates in every text field of every body and query',
  short: true,
  run: async ({ probe, instance, brief }) => {
    const made = await instance.client.createTemplate({ body: template })
    const given = { id: made.id }
    for (const address of ADDRESSES) {
      for (const part of /** @type {const} */ (['body', 'query'])) {
        const zod = address[part]
        if (!zod) continue
        for (const field of textFields(schemaOf(zod))) {
          const ask = (/** @type {string} */ value) => {
            const whole = withText(field, value)
            const path = pathOf(address, address.path.startsWith('/templates/') ? given : {})
            if (part === 'body') return instance.ask({ method: address.method, json: whole }, path)
            const query = new URLSearchParams(Object.entries(whole).map(([key, inner]) => [key, String(inner)]))
            return instance.ask({ method: address.method }, `${path}?${query}`)
          }
          const where = `${address.name}: ${part} ${field.path.join('.')}`
          for (const [what, value] of brief ? REFUSED.slice(0, 2) : REFUSED)
            await probe(`${where}: ${what} is refused`, async () => {
              const answer = await ask(String(value))
              return unless(answer.status === 400 && names(answer, field.path), JSON.stringify(value), short(answer))
            })
          for (const [what, value] of brief ? SURVIVED.slice(0, 1) : SURVIVED)
            await probe(`${where}: ${what} ends in no unforeseen error`, async () => {
              const answer = await ask(String(value))
              const problem = formProblem(answer)
              return unless(!problem, JSON.stringify(value).slice(0, 100), problem)
            })
        }
      }
    }
    for (const path of [
      '/uploads?name=',
      '/trainings/%00/metrics/file?format=',
      '/saes/%00/files/',
      '/files?path=/tmp/',
    ])
      await probe(`NUL in the address ${path}`, async () => {
        const method = path.startsWith('/uploads') ? 'POST' : 'GET'
        const headers = { 'content-type': 'application/octet-stream' }
        const answer = await instance.ask({ method, headers, body: 'x' }, `${path}a%00b`)
        const problem = formProblem(answer)
        return unless(answer.status >= 400 && !problem, `${path}a%00b`, problem ?? short(answer))
      })
  },
}

const template = {
  name: 'attack',
  params: { site: 'blocks.0.hook_resid_post', expansion: 2, k: 4, steps: 10 },
}
