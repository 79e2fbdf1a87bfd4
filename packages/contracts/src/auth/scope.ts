// Who may do what. Every route and socket names one of these scopes.
import { z } from 'zod'

/** read: look; write: create, change, run, delete; admin: keys and settings. Each includes the ones before it. */
export const ScopeSchema = z.enum(['read', 'write', 'admin'])
export type Scope = z.infer<typeof ScopeSchema>
export const SCOPE_ORDER: readonly Scope[] = ['read', 'write', 'admin']
export const scopeIncludes = (held: Scope, wanted: Scope): boolean =>
  SCOPE_ORDER.indexOf(held) >= SCOPE_ORDER.indexOf(wanted)
