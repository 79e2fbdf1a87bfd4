// What a key, or a session opened with it, may do: the more it may, the warmer its colour.
import type { Scope } from '@mistudio/contracts'
import { Badge } from '../../../ui/index.js'

const TONES = { read: 'slate', write: 'blue', admin: 'amber' } as const satisfies Record<Scope, string>

export function ScopeBadge({ scope }: { scope: Scope }) {
  return <Badge tone={TONES[scope]}>{scope}</Badge>
}
