// Whether columns alone say which of them holds the text. Pure.
import { DECIDING_NAMES } from './text-names.js'

/** The only text column, or the one of the best conventional name; null where the choice is the user's. */
export function decidingColumn(columns: readonly { readonly name: string; readonly type: string }[]): string | null {
  const texts = columns.filter(({ type }) => type === 'string')
  if (texts.length === 1) return texts[0]!.name
  for (const name of DECIDING_NAMES) {
    const found = texts.find((column) => column.name.toLowerCase() === name)
    if (found) return found.name
  }
  return null
}
