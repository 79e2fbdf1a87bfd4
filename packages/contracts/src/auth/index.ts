// Who may do what. Every route and socket names one of these scopes.
import { z } from 'zod'
import { IdSchema, NameSchema, TimeSchema } from '../common/envelope.js'
import { line } from '../common/text.js'

/** read: look; write: create, change, run, delete; admin: keys and settings. Each includes the ones before it. */
export const ScopeSchema = z.enum(['read', 'write', 'admin'])
export type Scope = z.infer<typeof ScopeSchema>
export const SCOPE_ORDER: readonly Scope[] = ['read', 'write', 'admin']
export const scopeIncludes = (held: Scope, wanted: Scope): boolean =>
  SCOPE_ORDER.indexOf(held) >= SCOPE_ORDER.indexOf(wanted)

/** Begin of the session cookie's name; the rest names the installation, because cookies of a host go to all its ports. */
export const SESSION_COOKIE = 'mistudio_session'
/** Header of API keys: `Authorization: Bearer mis_...`. */
export const API_KEY_PREFIX = 'mis_'

export const ApiKeySchema = z.object({
  id: IdSchema,
  name: z.string(),
  scope: ScopeSchema,
  /** First characters, to recognise it. */
  prefix: z.string(),
  createdAt: TimeSchema,
  lastUsedAt: TimeSchema.nullable(),
})
export type ApiKey = z.infer<typeof ApiKeySchema>
export const CreateApiKeySchema = z.strictObject({ name: NameSchema, scope: ScopeSchema })
/** The only answer that ever holds a key's secret. */
export const CreatedApiKeySchema = ApiKeySchema.extend({ secret: z.string() })

/** A browser that is signed in. It belongs to the key that opened it and ends with it. */
export const SessionSchema = z.object({
  id: IdSchema,
  keyId: IdSchema,
  keyName: z.string(),
  scope: ScopeSchema,
  /** What the browser says it is. */
  browser: z.string(),
  createdAt: TimeSchema,
  lastUsedAt: TimeSchema,
  expiresAt: TimeSchema,
  /** Whether it is the one that asks. */
  current: z.boolean(),
})
export type Session = z.infer<typeof SessionSchema>
/** `key`: those of the caller's key; `all`: everybody's, for administrators. */
export const EndSessionsQuerySchema = z.object({ of: z.enum(['key', 'all']).default('key') })
export const EndedSessionsSchema = z.object({ ended: z.int() })

export const LoginSchema = z.strictObject({ apiKey: line().min(10).max(200) })
export const MeSchema = z.object({ authenticated: z.boolean(), scope: ScopeSchema.nullable(), version: z.string() })
export type Me = z.infer<typeof MeSchema>
