import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, it } from 'vitest'
import { listFolder } from './browse.js'

it('takes a file for a dataset by its ending, but not an empty one', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'browse-'))
  try {
    await writeFile(path.join(folder, 'full.jsonl'), '{"text":"a"}\n')
    await writeFile(path.join(folder, 'none.jsonl'), '')
    const listed = await listFolder(folder, { roots: [folder], allows: async () => true })
    expect(listed.map(({ name, looksLike }) => [name, looksLike])).toEqual([
      ['full.jsonl', 'dataset'],
      ['none.jsonl', null],
    ])
  } finally {
    await rm(folder, { recursive: true })
  }
})
