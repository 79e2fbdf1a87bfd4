// Text that users give. All text fields of requests are one of these two, so that what no row, name or log can hold is refused by name of
// its field: control characters (NUL, escape, bell …) and halves of characters.
import { z } from 'zod'

const UNWRITABLE = /[\p{Cc}\p{Cs}]/u
const LAYOUT = /[\t\n\r]/g

/** Text in one line: names, labels, searches, paths. Add limits with `.min`, `.max`, `.trim`. */
export const line = () =>
  z.string().refine((text) => !UNWRITABLE.test(text), {
    error: 'control characters (line ends, NUL, escape …) and halves of characters have no place here; remove them',
  })

/** Text of several lines: notes, descriptions, what a model reads. Tabs and line ends are part of it. */
export const block = () =>
  z.string().refine((text) => !UNWRITABLE.test(text.replace(LAYOUT, '')), {
    error: 'control characters other than tabs and line ends, and halves of characters, cannot be kept; remove them',
  })

const EVERY_UNWRITABLE = /[\p{Cc}\p{Cs}]/gu

/** Stored values of earlier versions as these schemas take them: each such character becomes U+FFFD. */
export function writable(value: unknown): unknown {
  if (typeof value === 'string') {
    return value.replace(EVERY_UNWRITABLE, (found) => (/[\t\n\r]/.test(found) ? found : '\uFFFD'))
  }
  if (Array.isArray(value)) return value.map(writable)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, writable(inner)]))
}
