// Browser sessions against a real server: whose they are, how they end, and what no header can change about signing in.
import { request as httpRequest } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Answer, startTestApp, type TestApp } from '../testing/app.js'

let test: TestApp
beforeAll(async () => {
  test = await startTestApp()
})
afterAll(() => test.close())
beforeEach(() => test.database.prisma.session.deleteMany())

const cookieOf = (answer: Answer): string => answer.headers.get('set-cookie')?.split(';')[0] ?? ''
const makeKey = async (scope: string): Promise<{ id: string; secret: string }> =>
  (await test.call('POST', '/auth/keys', { name: `${scope} key`, scope })).body.data
/** Signs in; the answer is what its browser sends. */
const signIn = async (apiKey: string, browser = 'Test/1'): Promise<Record<string, string>> => {
  const answer = await test.call('POST', '/auth/login', { apiKey }, { 'user-agent': browser })
  return { cookie: cookieOf(answer), origin: test.url }
}
const works = async (browser: Record<string, string>): Promise<boolean> =>
  (await test.call('GET', '/models', undefined, browser)).status === 200

describe('a session', () => {
  it('ends with the key that opened it, also through a link, and the links of that key with it', async () => {
    const key = await makeKey('admin')
    const bearer = { authorization: `Bearer ${key.secret}` }
    const browser = await signIn(key.secret)
    const link = async () => (await test.call('POST', '/auth/links', undefined, bearer)).body.data.code
    const [used, unused] = [await link(), await link()]
    const byLink = { cookie: cookieOf(await test.call('POST', '/auth/link', { code: used }, {})) }
    expect([await works(browser), await works(byLink)]).toEqual([true, true])
    await test.call('DELETE', `/auth/keys/${key.id}`)
    expect([await works(browser), await works(byLink)]).toEqual([false, false])
    expect((await test.call('POST', '/auth/link', { code: unused }, {})).body.error.code).toBe('unauthenticated')
  })

  it('is listed to its own key and to administrators, and ended by them only', async () => {
    const [mine, other] = [await makeKey('read'), await makeKey('write')]
    const browser = await signIn(mine.secret, 'Firefox on a laptop')
    await signIn(other.secret)
    const own = (await test.call('GET', '/auth/sessions', undefined, browser)).body.data
    expect(own).toMatchObject([{ keyId: mine.id, scope: 'read', browser: 'Firefox on a laptop', current: true }])
    const all = (await test.call('GET', '/auth/sessions')).body.data
    expect(all.map(({ keyId }: { keyId: string }) => keyId).sort()).toEqual([mine.id, other.id].sort())
    const foreign = all.find(({ keyId }: { keyId: string }) => keyId === other.id)
    const refused = await test.call('DELETE', `/auth/sessions/${foreign.id}`, undefined, browser)
    expect(refused.body.error.code).toBe('not_found')
    await test.call('DELETE', `/auth/sessions/${own[0].id}`)
    expect(await works(browser)).toBe(false)
  })

  it('is ended everywhere at once: those of one key, or of all by an administrator', async () => {
    const [one, two] = [await makeKey('read'), await makeKey('read')]
    const browsers = [await signIn(one.secret), await signIn(one.secret), await signIn(two.secret)]
    const everybody = await test.call('DELETE', '/auth/sessions?of=all', undefined, browsers[0])
    expect(everybody.body.error.code).toBe('forbidden')
    const ended = await test.call('DELETE', '/auth/sessions', undefined, browsers[0])
    expect(ended.body.data).toEqual({ ended: 2 })
    expect(await Promise.all(browsers.map(works))).toEqual([false, false, true])
    await test.call('DELETE', '/auth/sessions?of=all')
    expect(await Promise.all(browsers.map(works))).toEqual([false, false, false])
  })

  it('has a cookie whose name no other installation on this host has', async () => {
    const other = await startTestApp()
    const [here, there] = [
      await signIn(test.key),
      cookieOf(await other.call('POST', '/auth/login', { apiKey: other.key }, {})),
    ]
    await other.close()
    const name = (cookie: string | undefined) => cookie?.split('=')[0]
    expect(name(here['cookie'])).toMatch(/^mistudio_session_\w+$/)
    expect(name(here['cookie'])).not.toBe(name(there))
  })
})

describe('signing in', () => {
  it('is refused to guessers whatever addresses they claim, but not to keys that were good before', async () => {
    const statuses: number[] = []
    for (let guess = 0; guess < 40; guess += 1) {
      const headers = { 'x-forwarded-for': `10.0.0.${guess}`, authorization: `Bearer mis_wrong_${guess}` }
      statuses.push((await test.call('GET', '/models', undefined, headers)).status)
    }
    expect(new Set(statuses)).toEqual(new Set([401, 429]))
    const login = await test.call(
      'POST',
      '/auth/login',
      { apiKey: 'mis_wrong_once_more' },
      { 'x-forwarded-for': '10.9.9.9' },
    )
    expect(login.status).toBe(429)
    expect(Number(login.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await test.call('GET', '/models')).status).toBe(200)
  })

  it('works beside guessers with what was made here: a new key, its session, a link', async () => {
    expect(await works({ authorization: `Bearer ${test.key}` })).toBe(true)
    const guess = (n: number) => test.call('POST', '/auth/login', { apiKey: `mis_wrong guess number ${n}` }, {})
    const guesses = await Promise.all(Array.from({ length: 60 }, (_, n) => guess(n)))
    expect(guesses.map(({ status }) => status)).toContain(429)
    const key = await makeKey('write')
    expect(await works({ authorization: `Bearer ${key.secret}` })).toBe(true)
    expect(await works(await signIn(key.secret))).toBe(true)
    const { code } = (await test.call('POST', '/auth/links')).body.data
    expect(await works({ cookie: cookieOf(await test.call('POST', '/auth/link', { code }, {})) })).toBe(true)
  })

  it('by link leads to this machine, whatever Host and forwarded headers say', async () => {
    const urlFor = (headers: Record<string, string>): Promise<string> =>
      new Promise((resolve, reject) => {
        const options = { method: 'POST', headers: { authorization: `Bearer ${test.key}`, ...headers } }
        httpRequest(`${test.url}/api/v1/auth/links`, options, (response) => {
          let text = ''
          response.on('data', (part) => (text += part))
          response.on('end', () => resolve(JSON.parse(text).data.url))
        })
          .on('error', reject)
          .end()
      })
    const { port } = new URL(test.url)
    for (const headers of [
      { host: 'evil.example' },
      { host: `evil.example:${port}` },
      { host: '127.0.0.1:1' },
      { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' },
    ]) {
      expect(await urlFor(headers)).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:${port}/login`))
    }
    expect(await urlFor({ host: `localhost:${port}` })).toMatch(new RegExp(`^http://localhost:${port}/login`))
  })
})

it('lets pages connect to their own server only', async () => {
  const policy = (await fetch(test.url)).headers.get('content-security-policy')
  expect(policy).toContain("connect-src 'self';")
})
