// What several journeys of a stack start from: the demo model and some of its text, registered, imported and tokenised once.
import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DEMO, prepare } from './work.mjs'
import type { World } from './world.js'

type Prepared = Awaited<ReturnType<typeof prepare>>

/** Contexts of 64 tokens of 400 stories. Journeys leave it as it is. */
export const prepared = async (w: World): Promise<Prepared> => {
  // Kept with the stack: after a failed journey the next one runs in another process.
  const kept = join(w.dataDir, 'import', 'prepared.json')
  const before = await readFile(kept, 'utf8').catch(() => null)
  if (before) return JSON.parse(before)
  const folder = await w.folder('prepared')
  await cp(join(DEMO, 'tiny-stories-1m'), join(folder, 'model'), { recursive: true })
  const stories = (await readFile(join(DEMO, 'stories.jsonl'), 'utf8')).split('\n').slice(0, 400).join('\n')
  await writeFile(join(folder, 'stories.jsonl'), stories)
  const on = await prepare(w.client, {
    model: join(folder, 'model'),
    corpus: join(folder, 'stories.jsonl'),
    contextSize: 64,
  })
  await writeFile(kept, JSON.stringify(on))
  return on
}
