// Which column of a dataset holds the text, where nobody says: decided only where it is plain.
import { FormatError } from '../errors.js'
import { type FilePreview, previewDataset } from './preview.js'

/** Columns named in an error. */
const NAMED = 20

/**
 * The column with the text of a file for which none was chosen: its only text column, or the one of a conventional name; null for txt,
 * which has no columns. Looks at the start of the file. Errors: `dataset_column_missing` with the columns there are, and those of `previewDataset`.
 */
export async function findTextColumn(path: string, fileName: string, recordsIn: string | null): Promise<string | null> {
  const preview = await previewDataset(path, fileName, recordsIn)
  if (preview.format === 'txt') return null
  if (preview.suggestedColumn !== null) return preview.suggestedColumn
  throw new FormatError('dataset_column_missing', whatIsThere(preview), {
    file: fileName,
    hint: 'Say which column holds the text (textColumn).',
  })
}

function whatIsThere({ columns, columnsInFile }: FilePreview): string {
  const texts = columns.filter(({ type }) => type === 'string').map(({ name }) => name)
  if (texts.length > 1) return `Several columns hold text: ${list(texts, texts.length)}`
  return `No column holds text alone; there are ${list(
    columns.map(({ name, type }) => `${name} (${type})`),
    columnsInFile,
  )}`
}

const list = (names: readonly string[], all: number): string =>
  `${names.slice(0, NAMED).join(', ')}${all > NAMED ? ` and ${all - Math.min(NAMED, names.length)} more` : ''}`
