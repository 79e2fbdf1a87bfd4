// Sessions: each belongs to a key and ends with it, its sockets within five seconds; they are listed and can be ended from elsewhere.
import { ROUTES } from '@mistudio/contracts'
import { codeOf, dataOf, jsonOf, send, short } from '../lib/http.mjs'
import { sessionOf } from '../lib/instance.mjs'
import { keepSecret, unless } from '../lib/probes.mjs'
import { openSocket, within } from '../lib/socket.mjs'

const SOCKET_MS = 5000
/** Routes that end sessions, whatever they are called. */
const sessionRoutes = () =>
  Object.entries(ROUTES)
    .map(([name, route]) => ({ name, ...route }))
    .filter(({ path }) => /\/auth\/.*sessions?/.test(path))

/** @type {import('../main.mjs').Group} */
export const sessions = {
  name: 'sessions',
  about: 'a deleted key ends its sessions and sockets; sign-out here and everywhere; links that work once',
  short: true,
  run: async ({ probe, instance }) => {
    const { url } = instance
    const asks = async (/** @type {string} */ cookie) => (await send(url, { path: '/models', cookie })).status

    await probe('a session and its sockets end when its key is deleted', async () => {
      const key = await instance.makeKey('admin')
      const cookie = await instance.signIn(key.secret)
      const [bySession, byKey] = [await openSocket(url, { cookie }), await openSocket(url, { key: key.secret })]
      const before = await asks(cookie)
      await instance.ask({ method: 'DELETE' }, `/auth/keys/${key.id}`)
      const after = await asks(cookie)
      const closed = await Promise.all([bySession, byKey].map(({ closed }) => within(closed, SOCKET_MS)))
      bySession.socket.close()
      byKey.socket.close()
      const got = { before, after, socketOfSessionClosed: closed[0], socketOfKeyClosed: closed[1] }
      return unless(before === 200 && after === 401 && closed.every(Boolean), 'DELETE of the key', got)
    })
    await probe('a session by link ends when the key that made the link is deleted', async () => {
      const key = await instance.makeKey('admin')
      const link = dataOf(await send(url, { method: 'POST', path: '/auth/links', key: key.secret })).code
      keepSecret('link code', link)
      const cookie = sessionOf(await send(url, { method: 'POST', path: '/auth/link', json: { code: link } }))
      const before = await asks(cookie)
      await instance.ask({ method: 'DELETE' }, `/auth/keys/${key.id}`)
      return unless(before === 200 && (await asks(cookie)) === 401, 'DELETE of the key', {
        before,
        after: await asks(cookie),
      })
    })
    await probe('a link of a deleted key signs nobody in', async () => {
      const key = await instance.makeKey('admin')
      const link = dataOf(await send(url, { method: 'POST', path: '/auth/links', key: key.secret })).code
      keepSecret('link code', link)
      await instance.ask({ method: 'DELETE' }, `/auth/keys/${key.id}`)
      const answer = await send(url, { method: 'POST', path: '/auth/link', json: { code: link } })
      return unless(answer.status === 401, 'the link', short(answer))
    })
    await probe('a link works once', async () => {
      const { code } = dataOf(await instance.ask({ method: 'POST' }, '/auth/links'))
      keepSecret('link code', code)
      const use = () => send(url, { method: 'POST', path: '/auth/link', json: { code } })
      const answers = await Promise.all([use(), use(), use()])
      const good = answers.filter(({ status }) => status === 200).length
      return unless(good === 1, 'one link three times', `${good} sessions`)
    })
    await probe('signing out ends the session and its sockets', async () => {
      const cookie = await instance.signIn(instance.keys.read)
      const { socket, closed } = await openSocket(url, { cookie })
      await send(url, { method: 'POST', path: '/auth/logout', cookie })
      const got = { status: await asks(cookie), closed: await within(closed, SOCKET_MS) }
      socket.close()
      return unless(got.status === 401 && Boolean(got.closed), 'POST /auth/logout', got)
    })
    await probe('sessions are listed', async () => {
      const list = sessionRoutes().find(({ method }) => method === 'GET')
      if (!list) return { got: 'no route lists sessions' }
      await instance.signIn(instance.keys.write)
      const answer = await instance.ask({}, list.path)
      const data = jsonOf(answer)?.data
      return unless(Array.isArray(data) && data.length > 0, list.path, short(answer))
    })
    await probe('signing out everywhere ends every session and its sockets', async () => {
      const all = sessionRoutes().find(({ method, path }) => method !== 'GET' && !path.includes(':'))
      if (!all) return { got: 'no route ends all sessions' }
      const key = await instance.makeKey('admin')
      const [here, there] = [await instance.signIn(key.secret), await instance.signIn(key.secret)]
      const { socket, closed } = await openSocket(url, { cookie: there })
      const answer = await send(url, { method: all.method, path: all.path, cookie: here })
      const got = { answer: short(answer), there: await asks(there), closed: await within(closed, SOCKET_MS) }
      socket.close()
      return unless(got.there === 401 && Boolean(got.closed), `${all.method} ${all.path}`, got)
    })
    await probe('a session changes nothing without an Origin header', async () => {
      const cookie = await instance.signIn(instance.keys.write)
      const answer = await send(url, { method: 'POST', path: '/auth/logout', headers: { cookie } })
      const made = await send(url, { method: 'POST', path: '/folder-uploads', headers: { cookie }, json: {} })
      const origin = { cookie, origin: 'http://evil.example' }
      const foreign = await send(url, { method: 'POST', path: '/folder-uploads', headers: origin, json: {} })
      const codes = [codeOf(made), codeOf(foreign)]
      return unless(
        codes.every((code) => code === 'origin_refused' || code === 'unauthenticated'),
        'POST with a cookie alone, and from another site',
        { codes, logout: answer.status },
      )
    })
    await probe('the cookie is closed to scripts and other sites', async () => {
      const answer = await send(url, { method: 'POST', path: '/auth/login', json: { apiKey: instance.keys.read } })
      sessionOf(answer)
      const line = String(answer.headers['set-cookie']?.at(-1)).replace(/=[^;]*/, '=…')
      return unless(/HttpOnly/i.test(line) && /SameSite=Strict/i.test(line), 'POST /auth/login', line)
    })
  },
}
