// Reading of small JSON files that come from outside: size limit, strict UTF-8, duplicate keys refused.
import { FormatError } from '../errors.js'
import { readWhole } from './open.js'

const STRICT_UTF8 = new TextDecoder('utf-8', { fatal: true })

/** Levels of lists and objects in one another; config files have fewer than ten, and what walks them recurses. */
const MAX_DEPTH = 200

/** Objects and lists of one document; the largest tokenizer in common use has 0.6 million. */
const MAX_OPENINGS = 4_000_000
const [CURLY, OPEN, ANGLE] = [0x7b, 0x5b, 0x3c]

/** How many objects and lists a JSON text may hold at most: brackets within strings count too. */
export function openingsOf(bytes: Uint8Array): number {
  let count = 0
  for (let i = 0; i < bytes.length; i++) if (bytes[i] === CURLY || bytes[i] === OPEN) count++
  return count
}

/** Path of the first key that occurs twice in one object of a valid JSON text (`a.b`), or undefined. */
export const findDuplicateKey = (text: string): string | undefined => scan(text).twice

/** `depth` counts up to the place where the scan ended. */
function scan(text: string): { readonly twice?: string; readonly depth: number } {
  let depth = 0
  const stack: { keys: Set<string> | undefined; name: string }[] = []
  let name = ''
  for (let i = 0; i < text.length; i++) {
    const char = text[i]
    if (char === '{') stack.push({ keys: new Set(), name })
    else if (char === '[') stack.push({ keys: undefined, name })
    else if (char === '}' || char === ']') stack.pop()
    else if (char === '"') {
      const end = endOfString(text, i)
      const keys = stack.at(-1)?.keys
      if (keys && isKey(text, end + 1)) {
        name = keyOf(text, i, end)
        if (keys.has(name)) return { twice: [...stack.slice(1).map((level) => level.name), name].join('.'), depth }
        keys.add(name)
      }
      i = end
    }
    depth = Math.max(depth, stack.length)
  }
  return { depth }
}

/** Two spellings of a key are one key: escapes are resolved, which most keys have none of. */
function keyOf(text: string, start: number, end: number): string {
  const plain = text.slice(start + 1, end)
  return plain.includes('\\') ? (JSON.parse(`"${plain}"`) as string) : plain
}

function endOfString(text: string, start: number): number {
  let i = start + 1
  while (i < text.length && text[i] !== '"') i += text[i] === '\\' ? 2 : 1
  return i
}

function isKey(text: string, after: number): boolean {
  let i = after
  while (i < text.length && ' \t\r\n'.includes(text[i]!)) i++
  return text[i] === ':'
}

/** Where parsing ended, where the parser says it. Its own message is not for users: it quotes the file, which may hold anything. */
export const placeInJson = (error: unknown): string =>
  (/ at position \d+( \(line \d+ column \d+\))?/.exec(String(error)) ?? [''])[0]

/** Parses strict JSON bytes. Errors: `json_invalid`, `json_duplicate_key`. */
export function parseJsonBytes(bytes: Uint8Array, file: string): unknown {
  if (openingsOf(bytes) > MAX_OPENINGS)
    throw new FormatError('json_invalid', `This JSON holds more than ${MAX_OPENINGS} objects and lists`, { file })
  let text: string
  let value: unknown
  try {
    text = STRICT_UTF8.decode(bytes)
    value = JSON.parse(text)
  } catch (error) {
    throw new FormatError('json_invalid', `This is not valid JSON${placeInJson(error)}`, {
      file,
      hint:
        bytes[0] === ANGLE
          ? 'It looks like a web page that was saved in its place; download it again.'
          : 'The file may be cut off; copy or download it again.',
      cause: error,
    })
  }
  const { twice, depth } = scan(text)
  if (depth > MAX_DEPTH) throw new FormatError('json_invalid', `This JSON is nested ${depth} levels deep`, { file })
  if (twice !== undefined) throw new FormatError('json_duplicate_key', `The key "${twice}" occurs twice`, { file })
  return value
}

/** Reads a JSON file of at most `maxBytes` bytes (default 64 MiB). Errors: `file_*`, `json_*`. */
export const readJsonFile = async (path: string, maxBytes = 64 * 2 ** 20): Promise<unknown> =>
  parseJsonBytes(await readWhole(path, maxBytes), path)
