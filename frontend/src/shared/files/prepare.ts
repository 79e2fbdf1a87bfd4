// Which entries of a folder can be chosen for what: pure.
import type { FileEntry } from '@mistudio/contracts'

export type Wanted = 'model' | 'sae' | 'dataset'

export interface BrowserRow {
  entry: FileEntry
  /** Opening it shows what is inside. */
  opens: boolean
  /** It can be chosen. */
  fits: boolean
}

/** Rows in the order they help: what fits first, then folders, then the rest; names within. Model folders both open and fit. */
export const browserRows = (entries: readonly FileEntry[], wanted: Wanted): BrowserRow[] => {
  const rank = (row: BrowserRow) => (row.fits ? 0 : row.opens ? 1 : 2)
  return entries
    .map((entry) => ({ entry, opens: entry.kind === 'folder', fits: entry.looksLike === wanted }))
    .sort((a, b) => rank(a) - rank(b) || a.entry.name.localeCompare(b.entry.name, 'en', { numeric: true }))
}
