// The selected rows of a list, also those of other pages. A row that is on screen is taken as it is now.
import { useState } from 'react'

interface Row {
  readonly id: string
}
export interface Selection<T extends Row> {
  /** null: nothing can be selected just now. */
  readonly chosen: readonly T[] | null
  has(id: string): boolean
  open(): void
  close(): void
  toggle(row: T, on: boolean): void
  set(rows: readonly T[]): void
  /** It is gone. */
  drop(id: string): void
}

export function useSelection<T extends Row>(shown: readonly T[]): Selection<T> {
  const [rows, setRows] = useState<ReadonlyMap<string, T> | null>(null)
  const now = new Map(shown.map((row) => [row.id, row]))
  const change = (make: (next: Map<string, T>) => void) =>
    setRows((before) => {
      if (before === null) return null
      const next = new Map(before)
      make(next)
      return next
    })
  return {
    chosen: rows && [...rows.values()].map((row) => now.get(row.id) ?? row),
    has: (id) => rows?.has(id) ?? false,
    open: () => setRows(new Map()),
    close: () => setRows(null),
    toggle: (row, on) => change((next) => (on ? next.set(row.id, row) : next.delete(row.id))),
    set: (all) => setRows(new Map(all.map((row) => [row.id, row]))),
    drop: (id) => change((next) => next.delete(id)),
  }
}
