// Which part of a JSON document holds the records: found by looking over the whole document once, by rules that the user can follow, and
// asked where the rules leave a choice.
import { FormatError } from '../errors.js'
import { JsonOutline, type ValueKind } from './json-outline.js'
import { USUAL_TEXT_NAMES } from './text-names.js'

/** Stands for the document itself: an array of records, or one record. */
export const WHOLE_DOCUMENT = '$'

interface JsonArray {
  /** Keys from the outermost object on, joined by dots; WHOLE_DOCUMENT for the document itself. */
  readonly path: string
  /** What its first element is; `empty` without one. */
  kind: ValueKind | 'empty'
  /** Elements seen. */
  records: number
}

/** Names that hold records where several arrays do, as datasets are usually written. */
const USUAL_NAMES = [
  'rows',
  'data',
  'records',
  'examples',
  'documents',
  'docs',
  'items',
  'samples',
  'entries',
  'instances',
  'results',
  'texts',
  'train',
]
/** Bytes looked over; what has not appeared by then is not considered, at an import as little as in a preview. */
const LOOKED_OVER = 128 * 2 ** 20
const MAX_ARRAYS = 100

const isUsual = (path: string): boolean => USUAL_NAMES.includes(path.slice(path.lastIndexOf('.') + 1).toLowerCase())
const depthOf = (path: string): number => path.split('.').length

/** Arrays of a document that lie in objects only, and the outermost object's own texts. */
class Layout {
  readonly arrays: JsonArray[] = []
  /** Keys of the outermost object that hold text. */
  readonly texts: string[] = []
  #outline = new JsonOutline()
  #current: JsonArray | undefined
  #currentDepth = 0
  #begun = false
  /** Nothing behind this point can change the choice. */
  settled = false

  take(chunk: Buffer): void {
    for (let i = 0; i < chunk.length && !this.settled; i++) this.#next(chunk[i]!)
  }

  #next(code: number): void {
    const outline = this.#outline
    const event = outline.next(code)
    if (event === undefined) return
    if (this.#current) this.#inArray(event === 'comma' || event === 'end' ? event : 'value', event)
    else if (event === 'array') this.#found()
    else if (event === 'string' && outline.depth === 1) this.texts.push(outline.path)
    else if (!this.#begun && event !== 'object') this.settled = true
    this.#begun = true
  }

  #found(): void {
    const { depth, path } = this.#outline
    this.#current = { path: depth === 1 ? WHOLE_DOCUMENT : path, kind: 'empty', records: 0 }
    this.#currentDepth = depth
    if (this.arrays.length < MAX_ARRAYS) this.arrays.push(this.#current)
    this.settled = depth === 1
  }

  #inArray(what: 'value' | 'comma' | 'end', event: string): void {
    const array = this.#current!
    const { depth } = this.#outline
    if (what === 'end' && depth < this.#currentDepth) this.#current = undefined
    else if (array.kind === 'empty' && what === 'value') {
      array.kind = event as ValueKind
      array.records = 1
      this.settled = array.kind === 'object' && depthOf(array.path) === 1 && isUsual(array.path)
    } else if (what === 'comma' && depth === this.#currentDepth) array.records++
  }
}

export interface JsonLayout {
  /** Where the records are. */
  readonly recordsIn: string
  /** Everything that could hold them, as far as it was looked over. */
  readonly arrays: readonly JsonArray[]
}

/**
 * Finds the records of a JSON document: `wanted` when given; a document that is an array; the only array of objects, or the one with a usual
 * name, nearest to the outside; one record, where the object itself holds text under a usual name; the only array of texts, or the one with a
 * usual name; the object itself.
 * Errors: `dataset_records_ambiguous` with the choices; `dataset_records_missing`.
 */
export async function findRecords(
  chunks: AsyncIterable<Buffer>,
  file: string,
  wanted: string | null,
): Promise<JsonLayout> {
  const layout = new Layout()
  let seen = 0
  for await (const chunk of chunks) {
    layout.take(chunk)
    seen += chunk.byteLength
    if (layout.settled || seen >= LOOKED_OVER) break
  }
  const { arrays, texts } = layout
  if (wanted !== null && wanted !== WHOLE_DOCUMENT) return { recordsIn: wanted, arrays }
  const recordsIn = wanted ?? choice(arrays, texts, file)
  return { recordsIn, arrays }
}

function choice(arrays: readonly JsonArray[], texts: readonly string[], file: string): string {
  if (arrays[0]?.path === WHOLE_DOCUMENT) return WHOLE_DOCUMENT
  refuseApart(arrays, file)
  const objects = nearest(arrays.filter(({ kind }) => kind === 'object'))
  if (objects.length > 0) return single(objects, file)
  if (texts.some((name) => USUAL_TEXT_NAMES.includes(name.toLowerCase()))) return WHOLE_DOCUMENT
  const strings = nearest(arrays.filter(({ kind }) => kind === 'string'))
  return strings.length > 0 ? single(strings, file) : WHOLE_DOCUMENT
}

/** Names of columns here, rows without names there: the names are no texts. */
function refuseApart(arrays: readonly JsonArray[], file: string): void {
  const kindOf = (name: string) => arrays.find(({ path }) => path === name)?.kind
  if (kindOf('columns') !== 'string' || kindOf('data') !== 'array') return
  throw new FormatError(
    'dataset_record_invalid',
    'Names of columns and rows are written apart (pandas’ orient="split")',
    {
      file,
      hint: "Write it with orient='records'.",
    },
  )
}

/** Those that lie in the fewest objects. */
function nearest(arrays: readonly JsonArray[]): JsonArray[] {
  const least = Math.min(...arrays.map(({ path }) => depthOf(path)))
  return arrays.filter(({ path }) => depthOf(path) === least)
}

function single(arrays: readonly JsonArray[], file: string): string {
  const [only, ...more] = arrays
  if (more.length === 0) return only!.path
  const usual = arrays.find(({ path }) => isUsual(path))
  if (usual) return usual.path
  const what = only!.kind === 'object' ? 'records' : 'texts'
  const names = arrays.map(({ path, records }) => `${path} (${records})`).join(', ')
  throw new FormatError('dataset_records_ambiguous', `The file holds several arrays of ${what}: ${names}`, {
    file,
    hint: 'Choose the one that is the dataset.',
    choices: arrays.map(({ path }) => path),
  })
}
