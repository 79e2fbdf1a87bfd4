import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openStoredFile, openWholeFile } from './stored-file.js'

let data: string
beforeAll(async () => {
  data = await mkdtemp(path.join(tmpdir(), 'mistudio-stored-'))
  await mkdir(path.join(data, 'saes/1'), { recursive: true })
  await writeFile(path.join(data, 'key'), 'secret')
  await writeFile(path.join(data, 'saes/1/cfg.json'), '{}')
  await symlink('../../key', path.join(data, 'saes/1/link'))
  await symlink('..', path.join(data, 'saes/2'))
})
afterAll(() => rm(data, { recursive: true }))

it('sends a file of its folder', async () => {
  const file = await openStoredFile(path.join(data, 'saes/1'), 'cfg.json')
  expect(file?.size).toBe(2)
  expect(await text(file!.stream)).toBe('{}')
})

it.each([
  ['saes/1', 'link'],
  ['saes/1', '../../key'],
  ['saes/1', 'none'],
  ['saes', '1'],
  ['saes/2', 'key'],
])('sends nothing for %s, %s', async (folder, name) => {
  expect(await openStoredFile(path.join(data, folder), name)).toBeNull()
})

it('sends a file that its manifest names only as it was written', async () => {
  const [room, id] = ['saes', '1'] as const
  const files = { 'cfg.json': { bytes: 2, sha256: createHash('sha256').update('{}').digest('hex') } }
  await writeFile(path.join(data, 'saes/1/manifest.json'), JSON.stringify({ files }))
  expect(await text((await openWholeFile(data, { room, id }, 'cfg.json'))!.stream)).toBe('{}')
  await writeFile(path.join(data, 'saes/1/cfg.json'), '[]')
  await expect(openWholeFile(data, { room, id }, 'cfg.json')).rejects.toMatchObject({
    code: 'data_damaged',
    details: { room, id, file: 'cfg.json' },
  })
})
