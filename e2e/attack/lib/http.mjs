// Requests as bytes on the wire: paths, headers and bodies go out exactly as given, which fetch would not do.
import { request as httpRequest } from 'node:http'
import { API_PREFIX, ERROR_STATUS, ErrorEnvelopeSchema } from '@mistudio/contracts'

/** @typedef {{ status: number, headers: import('node:http').IncomingHttpHeaders, text: string, ms: number }} Answer */
/** @typedef {{ method?: string, path: string, key?: string | null, cookie?: string | null, headers?: Record<string, string>, json?: unknown, body?: string | Buffer, timeoutMs?: number, raw?: boolean }} Ask */

const MAX_ANSWER = 4 * 2 ** 20

/** One request to the product. `path` is below /api/v1 unless `raw`. @param {string} url @param {Ask} ask @returns {Promise<Answer>} */
export const send = (url, ask) =>
  new Promise((done, failed) => {
    const { hostname, port } = new URL(url)
    const body = ask.json === undefined ? ask.body : JSON.stringify(ask.json)
    /** @type {Record<string, string>} */
    const headers = { accept: 'application/json' }
    if (body !== undefined) {
      headers['content-type'] = 'application/json'
      headers['content-length'] = String(Buffer.byteLength(body))
    }
    if (ask.key) headers['authorization'] = `Bearer ${ask.key}`
    if (ask.cookie) Object.assign(headers, { cookie: ask.cookie, origin: url })
    const began = performance.now()
    const request = httpRequest(
      {
        hostname,
        port,
        method: ask.method ?? 'GET',
        path: ask.raw ? ask.path : API_PREFIX + ask.path,
        headers: { ...headers, ...ask.headers },
        timeout: ask.timeoutMs ?? 60_000,
        agent: false,
      },
      (response) => {
        /** @type {Buffer[]} */
        const parts = []
        let size = 0
        response.on('data', (/** @type {Buffer} */ part) => {
          size += part.length
          if (size <= MAX_ANSWER) parts.push(part)
        })
        response.once('error', failed)
        response.once('end', () =>
          done({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(parts).toString(),
            ms: performance.now() - began,
          }),
        )
      },
    )
    request.once('timeout', () => request.destroy(new Error(`no answer within ${ask.timeoutMs ?? 60_000} ms`)))
    request.once('error', failed)
    request.end(body)
  })

/** @param {Answer} answer @returns {any} the parsed body, null where it is no JSON */
export const jsonOf = ({ text }) => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** `data` of a success; throws with the answer otherwise. @param {Answer} answer */
export const dataOf = (answer) => {
  if (answer.status >= 300) throw new Error(`answered ${short(answer)}`)
  return jsonOf(answer)?.data
}

/** The error code of a refusal, '' where there is none. @param {Answer} answer @returns {string} */
export const codeOf = (answer) => jsonOf(answer)?.error?.code ?? ''

/** @param {Answer} answer */
export const short = ({ status, text }) => `${status} ${text.slice(0, 400)}`

/**
 * What is wrong with the form of an answer, whatever was asked: a server error nobody foresaw, a refusal without the error envelope or with
 * a status that is not its code's, "try later" without when.
 * @param {Answer} answer @returns {string | null}
 */
export const formProblem = (answer) => {
  if (answer.status < 400) return null
  const parsed = ErrorEnvelopeSchema.safeParse(jsonOf(answer))
  if (!parsed.success) return `no error envelope: ${short(answer)}`
  const { code } = parsed.data.error
  if (code === 'internal') return `an internal error: ${short(answer)}`
  if (ERROR_STATUS[code] !== answer.status) return `status ${answer.status} with code ${code}`
  const later = answer.status === 503 || answer.status === 429
  return later && !answer.headers['retry-after'] ? `${answer.status} without Retry-After` : null
}
