// Published models, where they lie beside the checkout (`../shared/data`); skipped where not, since their files are not ours to commit.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { GREEDY, generate } from '@mistudio/interp/generation'
import { afterAll, describe, expect, it } from 'vitest'
import { ModelStore } from './model-store.js'
import { parityReport } from './parity/report.js'

const STORIES = fileURLToPath(new URL('../../../../shared/data/stories260K-hf', import.meta.url))
const store = new ModelStore()
afterAll(() => store.release())

describe.skipIf(!existsSync(STORIES))('stories260K (skipped: its files do not lie beside this checkout)', () => {
  it('loads, passes its checks, predicts plain English far better than guessing, and tells a story', async () => {
    const opened = await store.open(STORIES, 2, 'float32')
    const { model, tokenizer } = opened
    const report = await parityReport(opened, 'stories', 2, () => true)
    expect(report?.checks.filter(({ pass }) => !pass)).toEqual([])
    const loss = report?.checks.find(({ name }) => name === 'next-token loss')
    expect(loss?.figure).toBeLessThan(0.5 * loss!.tolerance!)
    const [row] = await generate(model, {
      prompts: [Int32Array.from(tokenizer.encode('Once upon a time'))],
      sampling: GREEDY,
      maxTokens: 60,
      seed: 1,
      eosTokenIds: [],
    })
    const story = tokenizer.decode(row!.tokens)
    expect(story).toMatch(/there was a little (girl|boy) named [A-Z]/)
  })
})
