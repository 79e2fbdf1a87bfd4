import { mkdirSync, readdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { openDataset } from '../datasets/open.js'
import { NpzFile } from '../npz/reader.js'
import { SafetensorsFile } from '../safetensors/reader.js'
import { refusal, temporaryFile, temporaryFolder } from '../testing.js'
import { type AtomicStep, removeLeftovers, writeFileAtomic, writeFolderAtomic } from './atomic.js'
import { findDuplicateKey, readJsonFile } from './json.js'
import { readManifest, sha256OfFile, verifyHashes, writeManifest } from './manifest.js'
import { resolveInside } from './resolve.js'

it('shows the old content or the new one, whatever step a writer dies at', async () => {
  const folder = temporaryFolder()
  const path = join(folder, 'a.txt')
  const steps: AtomicStep[] = ['opened', 'written', 'synced', 'renamed', 'folder-synced']
  for (const dying of steps) {
    await writeFileAtomic(path, 'old')
    const died = writeFileAtomic(path, 'new', {
      onStep: (step) => {
        if (step === dying) throw new Error('killed')
      },
    })
    await expect(died).rejects.toThrow('killed')
    expect(readFileSync(path, 'utf8')).toBe(steps.indexOf(dying) < 3 ? 'old' : 'new')
  }
})

it('reports length and hash of what it wrote', async () => {
  const path = join(temporaryFolder(), 'a.bin')
  const data = new Uint8Array(3_000_000).map((_, i) => i * 7)
  const written = await writeFileAtomic(path, data)
  expect(written).toEqual({ bytes: 3_000_000, sha256: await sha256OfFile(path) })
  expect((await writeFileAtomic(path, 'abc')).sha256).toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  )
})

it('publishes a folder whole or not at all and clears what killed writers left', async () => {
  const root = temporaryFolder()
  const path = join(root, 'thing')
  mkdirSync(join(root, '.thing.0123456789ab.tmp'))
  mkdirSync(join(root, '.other.0123456789ab.tmp'))
  await expect(
    writeFolderAtomic(path, async (folder) => {
      writeFileSync(join(folder, 'half'), 'x')
      throw new Error('stopped')
    }),
  ).rejects.toThrow('stopped')
  expect(readdirSync(root)).toEqual(['.other.0123456789ab.tmp'])
  await writeFolderAtomic(path, async (folder) => writeFileSync(join(folder, 'whole'), 'x'))
  await writeFolderAtomic(path, async (folder) => writeFileSync(join(folder, 'again'), 'x'))
  expect(readdirSync(path)).toEqual(['again'])
  await removeLeftovers(join(root, 'other'))
  expect(readdirSync(root)).toEqual(['thing'])
})

it('accepts a folder only with a manifest that fits its files', async () => {
  const folder = temporaryFolder()
  const schema = z.object({ step: z.int() })
  await refusal(() => readManifest(folder, 'checkpoint', schema), 'manifest_missing')
  const written = await writeFileAtomic(join(folder, 'w.bin'), new Uint8Array(1000))
  await writeManifest(folder, 'checkpoint', { files: { 'w.bin': written }, data: { step: 7 } })
  const manifest = await readManifest(folder, 'checkpoint', schema)
  expect(manifest.data.step).toBe(7)
  await verifyHashes(folder, manifest.files)
  await refusal(() => readManifest(folder, 'tokens', schema), 'manifest_invalid')
  await refusal(() => readManifest(folder, 'checkpoint', z.object({ other: z.int() })), 'manifest_invalid')
  writeFileSync(join(folder, 'w.bin'), new Uint8Array(1000).fill(1))
  await refusal(() => verifyHashes(folder, manifest.files), 'file_corrupt')
  for (const length of [999, 500, 0]) {
    truncateSync(join(folder, 'w.bin'), length)
    await refusal(() => readManifest(folder, 'checkpoint', schema), 'file_incomplete')
  }
  for (const length of [150, 60, 1, 0]) {
    truncateSync(join(folder, 'manifest.json'), length)
    await refusal(() => readManifest(folder, 'checkpoint', schema), 'json_invalid')
  }
})

it('refuses a manifest that names files elsewhere', async () => {
  const folder = temporaryFolder()
  const file = { bytes: 0, sha256: '0'.repeat(64) }
  writeFileSync(
    join(folder, 'manifest.json'),
    JSON.stringify({ kind: 'k', version: 1, files: { '../x': file }, data: 1 }),
  )
  await refusal(() => readManifest(folder, 'k', z.number()), 'manifest_invalid')
})

it('resolves paths inside a root and nothing else', async () => {
  const root = temporaryFolder()
  const outside = temporaryFolder()
  mkdirSync(join(root, 'in'))
  writeFileSync(join(root, 'in', 'a'), '')
  writeFileSync(join(outside, 'b'), '')
  symlinkSync(outside, join(root, 'link'))
  symlinkSync(join(outside, 'missing'), join(root, 'dangling'))
  symlinkSync(join(root, 'in'), join(root, 'good'))
  expect(await resolveInside(root, 'in/a')).toBe(join(root, 'in', 'a'))
  expect(await resolveInside(root, 'good/a')).toBe(join(root, 'in', 'a'))
  expect(await resolveInside(root, join(root, 'in', 'new'))).toBe(join(root, 'in', 'new'))
  expect(await resolveInside(root, '..hidden')).toBe(join(root, '..hidden'))
  const hostile = [
    '..',
    '../x',
    'in/../../x',
    outside,
    'link/b',
    'link/new',
    'dangling',
    'in/\0a',
    `${root}-sibling`,
    '/etc/passwd',
  ]
  for (const path of hostile) await refusal(() => resolveInside(root, path), 'path_outside_root')
  await refusal(() => resolveInside(root, 'nowhere/deep/file'), 'file_not_found')
})

it('finds keys that occur twice in one object only', () => {
  expect(findDuplicateKey('{"a":1,"b":{"a":[{"a":1},{"a":2}]}}')).toBeUndefined()
  expect(findDuplicateKey('{"a":"b","b":"a","c":["a","a"]}')).toBeUndefined()
  expect(findDuplicateKey('{"x":{"a\\"":1, "a\\"" :2}}')).toBe('x.a"')
})

it('reads JSON files within limits', async () => {
  await refusal(() => readJsonFile(temporaryFile('a.json', '{"a":1,"a":2}')), 'json_duplicate_key')
  await refusal(() => readJsonFile(temporaryFile('a.json', '{"a":'), 100), 'json_invalid')
  await refusal(() => readJsonFile(temporaryFile('a.json', Uint8Array.of(0x22, 0xff, 0x22))), 'json_invalid')
  await refusal(() => readJsonFile(temporaryFile('a.json', ' '.repeat(101)), 100), 'file_too_large')
  expect(await readJsonFile(temporaryFile('a.json', '{"__proto__": {"x": 1}}'))).not.toHaveProperty('x')
})

it('refuses JSON nested deeper than any reader should walk, and counts lists that stand side by side as one level', async () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
  await refusal(() => readJsonFile(temporaryFile('a.json', nested(201))), 'json_invalid')
  expect(JSON.stringify(await readJsonFile(temporaryFile('a.json', nested(200))))).toBe(nested(200))
  const wide = `[${Array.from({ length: 500 }, () => '[[]]').join(',')}]`
  expect(await readJsonFile(temporaryFile('a.json', wide))).toHaveLength(500)
})

it('knows a key twice also when it is spelled with escapes', () => {
  expect(findDuplicateKey('{"a":{"b":1,"\\u0062":2}}')).toBe('a.b')
  expect(findDuplicateKey('{"a\\"":1,"a":2}')).toBeUndefined()
})

it('cuts what a file puts into a message', async () => {
  const key = 'k'.repeat(100_000)
  const error = await refusal(
    () => readJsonFile(temporaryFile('a.json', `{"${key}":1,"${key}":2}`)),
    'json_duplicate_key',
  )
  expect(error.message.length).toBeLessThan(1000)
})

it('takes no pointer of Git LFS for the file that it stands for, whatever reads it', async () => {
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'4d'.repeat(32)}\nsize 12345\n`
  for (const [name, read] of [
    ['model.safetensors', SafetensorsFile.open],
    ['tokenizer.json', readJsonFile],
    ['params.npz', NpzFile.open],
    ['stories.txt', openDataset],
    ['stories.csv', openDataset],
    ['stories.parquet', openDataset],
  ] as const) {
    const error = await refusal(() => read(temporaryFile(name, pointer)), 'file_is_pointer')
    expect([name, error.hint]).toEqual([name, expect.stringContaining('git lfs pull')])
  }
  // Neither a short text nor one that only speaks of it.
  for (const text of ['version', `# version https://git-lfs.github.com/spec/v1 ${'x'.repeat(100)}`])
    expect((await openDataset(temporaryFile('a.txt', text))).format).toBe('txt')
})

it('says that JSON is a web page where one was saved in its place', async () => {
  const page = temporaryFile('config.json', '<!DOCTYPE html><title>404</title>')
  expect((await refusal(() => readJsonFile(page), 'json_invalid')).hint).toContain('web page')
})
