// Order of lists whose rows may be under work. Pure.
import type { Model } from '@mistudio/contracts'

/** Work under way first, then the newest. */
export const sortByWork = <T extends Pick<Model, 'status' | 'createdAt'>>(models: readonly T[]): T[] =>
  [...models].sort(
    (a, b) =>
      Number(b.status === 'importing') - Number(a.status === 'importing') || b.createdAt.localeCompare(a.createdAt),
  )
