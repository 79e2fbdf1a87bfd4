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

/** Rows with `filter` in their names: folders first (model folders both open and fit), within folders and files what fits first, then by name. */
export const browserRows = (entries: readonly FileEntry[], wanted: Wanted, filter = ''): BrowserRow[] => {
  const rank = (row: BrowserRow) => (row.opens ? 0 : 2) + (row.fits ? 0 : 1)
  const part = filter.trim().toLowerCase()
  return entries
    .filter(({ name }) => name.toLowerCase().includes(part))
    .map((entry) => ({ entry, opens: entry.kind === 'folder', fits: entry.looksLike === wanted }))
    .sort((a, b) => rank(a) - rank(b) || a.entry.name.localeCompare(b.entry.name, 'en', { numeric: true }))
}
