// Guards: every kind of tokenizer.json gives the ids that the Rust library `tokenizers` gives, on texts chosen to be difficult.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, it } from 'vitest'
import { openTokenizer } from './index.js'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
interface TokenizerFile {
  model: object
}
interface Goldens {
  bases: Record<string, TokenizerFile>
  texts: string[]
  cases: { name: string; base: string; changes: { model?: object }; ids: number[][] }[]
}
const readJson = (path: string): unknown => JSON.parse(readFileSync(join(ROOT, path), 'utf8'))
const goldens = readJson('fixtures/tokenizers/goldens.json') as Goldens
const endOfText = { id: 0, content: '<|endoftext|>', special: true, normalized: false, lstrip: false, rstrip: false }
const demo = { ...(readJson('demo/tiny-stories-1m/tokenizer.json') as TokenizerFile), added_tokens: [endOfText] }
const bases: Record<string, TokenizerFile> = { ...goldens.bases, demo }

const folder = mkdtempSync(join(tmpdir(), 'mistudio-goldens-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it.each(goldens.cases)('$name ($base)', async ({ base, changes, ids }) => {
  const whole = bases[base]!
  const json = { ...whole, ...changes, model: { ...whole.model, ...changes.model } }
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(json))
  const tokenizer = await openTokenizer(folder)
  const got = goldens.texts.map((text) => [text, tokenizer.encode(text, { addSpecialTokens: true })])
  expect(got).toEqual(goldens.texts.map((text, i) => [text, ids[i]]))
})
