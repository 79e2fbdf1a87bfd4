// What somebody made of a table, kept in this browser: how it stands now, and views under a name.
import { useState } from 'react'
import { z } from 'zod'
import { type TableState, TableStateSchema } from './table-state.js'

const KeptSchema = z.object({ now: TableStateSchema.nullable(), views: z.record(z.string(), TableStateSchema) })
type Kept = z.infer<typeof KeptSchema>
const NOTHING: Kept = { now: null, views: {} }

const read = (key: string): Kept => {
  try {
    return KeptSchema.parse(JSON.parse(localStorage.getItem(key) ?? 'null'))
  } catch {
    // Nothing kept yet, or by a version that kept it otherwise.
    return NOTHING
  }
}
const write = (key: string, kept: Kept): void => {
  try {
    localStorage.setItem(key, JSON.stringify(kept))
  } catch {
    // A browser that keeps nothing: the table works, for as long as the page is open.
  }
}

export interface TableViews {
  readonly state: TableState
  readonly names: readonly string[]
  change(state: TableState): void
  save(name: string): void
  apply(name: string): void
  remove(name: string): void
  reset(): void
}

/** @param table names the table; tables of one name share their views */
export const useTableViews = (table: string, start: TableState): TableViews => {
  const key = `mistudio.table.${table}`
  const [kept, setKept] = useState(() => read(key))
  const keep = (next: Kept) => {
    write(key, next)
    setKept(next)
  }
  const state = kept.now ?? start
  return {
    state,
    names: Object.keys(kept.views).sort((a, b) => a.localeCompare(b, 'en')),
    change: (now) => keep({ ...kept, now }),
    save: (name) => keep({ ...kept, views: { ...kept.views, [name]: state } }),
    apply: (name) => keep({ ...kept, now: kept.views[name] ?? kept.now }),
    remove: (name) =>
      keep({ ...kept, views: Object.fromEntries(Object.entries(kept.views).filter(([other]) => other !== name)) }),
    reset: () => keep({ ...kept, now: null }),
  }
}
