// Keys and sessions: who calls, and with which scope.
import { z } from 'zod'
import { IdSchema, NameSchema, TimeSchema } from '../common/envelope.js'
import { line } from '../common/text.js'
import { ScopeSchema } from './scope.js'

export { SCOPE_ORDER, type Scope, ScopeSchema, scopeIncludes } from './scope.js'

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
/** The code of a one-time link. */
export const UseLinkSchema = z.strictObject({ code: line().min(10).max(200) })
export const OneTimeLinkSchema = z.object({ code: z.string(), url: z.string() })
export const MeSchema = z.object({ authenticated: z.boolean(), scope: ScopeSchema.nullable(), version: z.string() })
export type Me = z.infer<typeof MeSchema>
