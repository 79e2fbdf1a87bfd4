// Every reader under roots: what a link leads to decides, and nothing of a file outside comes back.
import { execFileSync } from 'node:child_process'
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { previewDataset } from '../datasets/preview.js'
import { FormatError } from '../errors.js'
import { NpzFile } from '../npz/reader.js'
import { openSaeFolder } from '../saes/open.js'
import { SafetensorsFile } from '../safetensors/reader.js'
import { openTensorSource } from '../safetensors/source.js'
import { temporaryFolder } from '../testing.js'
import { readJsonFile } from './json.js'
import { listFolder, openRegularFile, openStream, readTextFile } from './open.js'
import { existingRoots, readingWithin } from './roots.js'
import { writeZip } from './zip.js'

const CANARY = 'canary-7f3a'
/** A mount needs an administrator. */
const canMount = (() => {
  try {
    execFileSync('unshare', ['--mount', 'true'], { stdio: 'ignore' })
    return process.getuid?.() === 0
  } catch {
    return false
  }
})()

let base: string
let root: string
let model: string
let data: string
beforeEach(() => {
  base = temporaryFolder()
  root = join(base, 'root')
  model = join(root, 'model')
  data = join(root, 'data')
  for (const folder of [model, join(root, '.ssh'), join(data, 'secrets'), join(data, 'saes/1')])
    mkdirSync(folder, { recursive: true })
  for (const file of ['outside', 'root/.ssh/key', 'root/data/secrets/api-key', 'root/plain'])
    writeFileSync(join(base, file), CANARY)
})

const within = async <T>(work: () => Promise<T>): Promise<T> => {
  const roots = await existingRoots([root, join(data, 'saes')])
  return readingWithin({ roots, closed: data }, work)
}
const refusal = (work: () => Promise<unknown>): Promise<FormatError> =>
  within(work).then(
    (value) => Promise.reject(new Error(`It was read: ${JSON.stringify(value)}`)),
    (error: unknown) => {
      expect(error).toBeInstanceOf(FormatError)
      expect(`${error} ${JSON.stringify(error)} ${(error as FormatError).stack}`).not.toContain(CANARY)
      return error as FormatError
    },
  )

const drain = async (path: string): Promise<string> => {
  let text = ''
  for await (const chunk of await openStream(path)) text += chunk
  return text
}

/** Each reader with the name of the file it is pointed at through its folder. */
const READERS: Record<string, [string, (file: string) => Promise<unknown>]> = {
  text: ['chat_template.jinja', (file) => readTextFile(file, 1000)],
  json: ['config.json', (file) => readJsonFile(file)],
  safetensors: ['model.safetensors', (file) => SafetensorsFile.open(file)],
  'weights of a folder': ['model.safetensors', () => openTensorSource(model)],
  npz: ['params.npz', (file) => NpzFile.open(file)],
  'configuration of an SAE': ['cfg.json', () => openSaeFolder(model)],
  'weights of an SAE': ['params.npz', () => openSaeFolder(model)],
  stream: ['merges.txt', drain],
  jsonl: ['text.jsonl', (file) => previewDataset(file, 'text.jsonl')],
  csv: ['text.csv', (file) => previewDataset(file, 'text.csv')],
  txt: ['text.txt', (file) => previewDataset(file, 'text.txt')],
  json_dataset: ['text.json', (file) => previewDataset(file, 'text.json')],
  parquet: ['text.parquet', (file) => previewDataset(file, 'text.parquet')],
  archive: ['weights.bin', (file) => writeZip(join(root, 'a.zip'), [{ name: 'w', path: file }])],
}
const TARGETS: Record<string, string> = {
  'outside every root': '../../outside',
  'in a hidden folder': '../.ssh/key',
  'among the secrets': '../data/secrets/api-key',
}

for (const [where, target] of Object.entries(TARGETS)) {
  it.each(Object.entries(READERS))(
    `a link to a file ${where} is refused by the reader: %s`,
    async (_, [name, read]) => {
      if (name === 'cfg.json') writeFileSync(join(model, 'sae_weights.safetensors'), '')
      symlinkSync(target, join(model, name))
      expect(await refusal(() => read(join(model, name)))).toMatchObject({ code: 'path_outside_root' })
    },
  )
}

it.each(Object.entries(READERS))(
  'quotes nothing of a file that is not what it should be: %s',
  async (kind, [name, read]) => {
    if (['text', 'stream', 'txt', 'csv', 'archive'].includes(kind)) return
    if (name === 'cfg.json') writeFileSync(join(model, 'sae_weights.safetensors'), '')
    writeFileSync(join(model, name), CANARY)
    const found = await within(() => read(join(model, name))).catch((error: unknown) => error)
    const told = found instanceof Error ? found.message : JSON.stringify((found as { problems: unknown }).problems)
    expect(told).not.toContain('canary')
  },
)

describe('links inside a root', () => {
  it('work, as the cache of the Hugging Face tools has them', async () => {
    mkdirSync(join(root, 'hub/blobs'), { recursive: true })
    mkdirSync(join(root, 'hub/snapshots/c'), { recursive: true })
    writeFileSync(join(root, 'hub/blobs/b'), '{"a":1}')
    symlinkSync('../../blobs/b', join(root, 'hub/snapshots/c/config.json'))
    expect(await within(() => readJsonFile(join(root, 'hub/snapshots/c/config.json')))).toEqual({ a: 1 })
  })

  it('work in a hidden folder that the path names', async () => {
    symlinkSync('key', join(root, '.ssh/link'))
    expect(await within(() => readTextFile(join(root, '.ssh/link'), 100))).toBe(CANARY)
  })
})

it('opens what lies in a room of the data folder, and no other part of it', async () => {
  writeFileSync(join(data, 'saes/1/cfg.json'), '{}')
  expect(await within(() => readJsonFile(join(data, 'saes/1/cfg.json')))).toEqual({})
  expect(await refusal(() => readTextFile(join(data, 'secrets/api-key'), 100))).toMatchObject({
    code: 'path_outside_root',
  })
  symlinkSync('../../secrets/api-key', join(data, 'saes/1/weights'))
  await refusal(() => readTextFile(join(data, 'saes/1/weights'), 100))
})

it('lists no folder outside', async () => {
  symlinkSync('../data/secrets', join(model, 'onnx'))
  await refusal(() => listFolder(join(model, 'onnx')))
  expect(await within(() => listFolder(root))).toContain('model')
})

it.runIf(canMount)('opens the data folder under no name that a mount gives it', async () => {
  const [around, secrets] = [join(model, 'mounted'), join(model, 'secrets')]
  for (const [folder, at, file] of [
    [data, around, 'mounted/secrets/api-key'],
    [join(data, 'secrets'), secrets, 'secrets/api-key'],
  ] as const) {
    mkdirSync(at, { recursive: true })
    execFileSync('mount', ['--bind', folder, at])
    try {
      expect(await refusal(() => readTextFile(join(model, file), 100))).toMatchObject({ code: 'path_outside_root' })
      await refusal(() => listFolder(join(model, file, '..')))
    } finally {
      execFileSync('umount', [at])
    }
  }
})

it('cannot be tricked by a link that changes while files are opened', async () => {
  const [path, good, bad] = ['file', 'good', 'bad'].map((name) => join(model, name))
  writeFileSync(join(model, 'inside'), 'fine')
  let on = true
  const swap = (async () => {
    for (let i = 0; on; i++) {
      const next = i % 2 ? good! : bad!
      symlinkSync(i % 2 ? 'inside' : '../../outside', next)
      await rename(next, path!)
    }
  })()
  let [read, refused] = [0, 0]
  for (let i = 0; i < 400; i++) {
    const text = await within(() => readTextFile(path!, 100)).catch((error: unknown) => error)
    if (text === 'fine') read++
    else {
      expect(text).toMatchObject({ name: 'FormatError' })
      refused++
    }
  }
  on = false
  await swap
  expect(await readFile(join(base, 'outside'), 'utf8')).toBe(CANARY)
  expect(read).toBeGreaterThan(0)
  expect(refused).toBeGreaterThan(0)
})

it('refuses what is no regular file without waiting for it', async () => {
  execFileSync('mkfifo', [join(model, 'pipe')])
  symlinkSync('/dev/zero', join(model, 'device'))
  symlinkSync('pipe', join(model, 'to-pipe'))
  for (const name of ['pipe', 'to-pipe', 'device', '.'])
    expect(await refusal(() => readTextFile(join(model, name), 100)), name).toMatchObject({ code: 'file_not_regular' })
})

it('says that links which lead round in a circle are no file', async () => {
  symlinkSync('b', join(model, 'a'))
  symlinkSync('a', join(model, 'b'))
  expect(await refusal(() => readJsonFile(join(model, 'a')))).toMatchObject({ code: 'file_not_found' })
})

it('knows a file that was moved out of its root while it was open', async () => {
  writeFileSync(join(model, 'x'), 'x')
  await within(async () => {
    const { handle } = await openRegularFile(join(model, 'x'))
    await handle.close()
  })
  renameSync(model, join(base, 'elsewhere'))
  symlinkSync('../elsewhere', model)
  await refusal(() => openRegularFile(join(model, 'x')))
  rmSync(model)
})
