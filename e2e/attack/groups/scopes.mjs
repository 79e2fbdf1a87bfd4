// Scopes: every route × every caller. The table's scope says who comes in; nobody else does, by REST or by socket.
import { scopeIncludes } from '@mistudio/contracts'
import { codeOf, send, short } from '../lib/http.mjs'
import { unless } from '../lib/probes.mjs'
import { ADDRESSES, pathOf } from '../lib/routes.mjs'
import { openSocket } from '../lib/socket.mjs'

/** @typedef {{ who: string, scope: import('@mistudio/contracts').Scope | null, as: { key?: string, cookie?: string } }} Caller */
/** End the session that the probe itself uses. */
const ENDS_SESSION = new Set(['logout', 'endSessions'])

/** Callers that hold a scope, and those whose credential is none or no longer one. @param {import('../lib/instance.mjs').Instance} instance @returns {Promise<Caller[]>} */
const callersOf = async (instance) => {
  const { keys } = instance
  const deleted = await instance.makeKey('admin', 'to be deleted')
  const orphaned = await instance.makeKey('admin', 'of a session')
  const orphan = await instance.signIn(orphaned.secret)
  const over = await instance.signIn(keys.admin)
  await send(instance.url, { method: 'POST', path: '/auth/logout', cookie: over })
  for (const { id } of [deleted, orphaned]) await instance.ask({ method: 'DELETE' }, `/auth/keys/${id}`)
  return [
    { who: 'nobody', scope: null, as: {} },
    // Before the admin key, which ends all sessions when it tries that route.
    { who: 'a read session', scope: 'read', as: { cookie: await instance.signIn(keys.read) } },
    { who: 'a read key', scope: 'read', as: { key: keys.read } },
    { who: 'a write key', scope: 'write', as: { key: keys.write } },
    { who: 'an admin key', scope: 'admin', as: { key: keys.admin } },
    { who: 'a deleted key', scope: null, as: { key: deleted.secret } },
    { who: 'a signed-out session', scope: null, as: { cookie: over } },
    { who: 'a session of a deleted key', scope: null, as: { cookie: orphan } },
  ]
}

/** What is wrong with the answer to this caller. @param {Caller} caller @param {import('../lib/routes.mjs').Address} address @param {import('../lib/http.mjs').Answer} answer */
const wrongDoor = ({ scope }, address, answer) => {
  const code = codeOf(answer)
  const refused = code === 'unauthenticated' || code === 'forbidden' || code === 'origin_refused'
  if (answer.status >= 500 && code !== 'unavailable') return short(answer)
  // Sign-in itself may refuse whoever brings nothing.
  if (address.scope === null) return refused && !/login|useLink/.test(address.name) ? short(answer) : null
  if (scope !== null && scopeIncludes(scope, address.scope)) return refused ? short(answer) : null
  // Guesses are slowed down after some: refused all the same.
  const right = scope === null ? answer.status === 401 || answer.status === 429 : answer.status === 403 && refused
  return right ? null : short(answer)
}

/** @type {import('../main.mjs').Group} */
export const scopes = {
  name: 'scopes',
  about: 'every route × nobody, read, write, admin, a deleted key, ended sessions; sockets as well',
  short: true,
  run: async ({ probe, instance }) => {
    const callers = await callersOf(instance)
    for (const caller of callers) {
      for (const address of ADDRESSES) {
        if (ENDS_SESSION.has(address.name) && caller.as.cookie) continue
        await probe(`${caller.who}: ${address.name}`, async () => {
          const path = pathOf(address)
          const answer = await send(instance.url, { method: address.method, path, ...caller.as })
          const wrong = wrongDoor(caller, address, answer)
          return unless(!wrong, `${address.method} ${path}`, wrong)
        })
      }
      await probe(`${caller.who}: socket`, async () => {
        const open = await openSocket(instance.url, caller.as).then(
          ({ socket }) => !!socket.close(),
          () => false,
        )
        return unless(open === (caller.scope !== null), 'a socket handshake', open ? 'admitted' : 'refused')
      })
    }
    // The installation check that a write key may start runs for long.
    for (const { id } of (await instance.client.listJobs({ query: {} })).items)
      await instance.ask({ method: 'POST' }, `/jobs/${id}/cancel`)
  },
}
