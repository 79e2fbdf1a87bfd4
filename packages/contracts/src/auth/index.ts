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
export const LoginSchema = z.strictObject({ apiKey: line().min(10).max(200) })
export const MeSchema = z.object({ authenticated: z.boolean(), scope: ScopeSchema.nullable(), version: z.string() })
export type Me = z.infer<typeof MeSchema>
