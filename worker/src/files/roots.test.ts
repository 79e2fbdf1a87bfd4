// What jobs may read: folders of models, SAEs and exports with links in them, as a runner opens them.
import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AppError } from '@mistudio/contracts'
import { readingWithin } from '@mistudio/formats'
import { beforeEach, expect, it } from 'vitest'
import { DEMO_MODEL, temporaryFolder } from '../datasets/testing.js'
import { withModelErrors } from '../models/errors.js'
import { inspectModel } from '../models/inspect.pipeline.js'
import { hashFiles } from '../models/parity/files.js'
import { openGolden } from '../models/parity/golden-files.js'
import { inspectFolder } from '../saes/inspect.pipeline.js'
import { readTokenizerFiles } from '../tokenizer/tokenizer-files.js'
import { rootsOf } from './roots.js'

const EXPORT = fileURLToPath(new URL('../../../fixtures/exports/llama_gqa_llama3/', import.meta.url))
const CANARY = 'canary-51c0'

let root: string
let dataDir: string
let model: string
beforeEach(() => {
  const base = temporaryFolder()
  root = join(base, 'root')
  dataDir = join(root, 'data')
  model = join(root, 'model')
  mkdirSync(join(dataDir, 'secrets'), { recursive: true })
  writeFileSync(join(dataDir, 'secrets/api-key'), CANARY)
  writeFileSync(join(base, 'outside'), CANARY)
})

const settings = (values: Record<string, unknown>) => ({
  query: async () => ({ rows: Object.entries(values).map(([key, value]) => ({ key, value })) }),
})
const within = async <T>(work: () => Promise<T>): Promise<T> => {
  const db = settings({ startImportRoots: [root, join(dataDir, 'secrets')] }) as unknown as Parameters<
    typeof rootsOf
  >[0]
  return readingWithin(await rootsOf(db, dataDir, []), work)
}
const refusal = async (work: () => Promise<unknown>): Promise<AppError> => {
  const found = await within(() => withModelErrors(work)).catch((error: unknown) => error)
  expect(JSON.stringify([found, String(found)])).not.toContain(CANARY)
  expect(found).toBeInstanceOf(AppError)
  return found as AppError
}

const linked = (source: string, name: string, target: string): void => {
  rmSync(model, { recursive: true, force: true })
  cpSync(source, model, { recursive: true })
  rmSync(join(model, name), { force: true })
  symlinkSync(target, join(model, name))
}

const TARGETS = ['../../outside', '../data/secrets/api-key']
const MODEL_FILES = [
  ...['config.json', 'generation_config.json', 'tokenizer.json', 'tokenizer_config.json'],
  ...['chat_template.jinja', 'model.safetensors'],
]

it.each(MODEL_FILES)('a model whose %s is a link out of its root is refused, and nothing of it told', async (name) => {
  for (const target of TARGETS) {
    linked(DEMO_MODEL, name, target)
    expect(await refusal(() => inspectModel(model)), target).toMatchObject({ code: 'path_outside_roots' })
  }
})

it('a chat template is read where it lies inside', async () => {
  linked(DEMO_MODEL, 'chat_template.jinja', '../template')
  writeFileSync(join(root, 'template'), 'Hello {{ messages[0].content }}')
  const { chat } = await within(() => readTokenizerFiles(model))
  expect(chat?.template).toBe('Hello {{ messages[0].content }}')
})

it.each(['model.onnx', 'model.onnx_data'])('an export whose %s is a link out of its root is refused', async (name) => {
  for (const target of TARGETS) {
    linked(EXPORT, name, target)
    expect(await refusal(() => inspectModel(model)), target).toMatchObject({ code: 'path_outside_roots' })
  }
})

it.each(['golden.json', 'golden.safetensors'])('stored values behind the link %s are refused', async (name) => {
  linked(DEMO_MODEL, name, '../../outside')
  writeFileSync(join(model, name === 'golden.json' ? 'golden.safetensors' : 'golden.json'), '{}')
  await refusal(() => openGolden(model))
})

it('hashes of a report are of no file outside', async () => {
  linked(DEMO_MODEL, 'more.json', '../data/secrets/api-key')
  expect(await refusal(() => hashFiles(model))).toMatchObject({ code: 'path_outside_roots' })
})

it.each(['cfg.json', 'sae_weights.safetensors'])(
  'an SAE whose %s is a link out of its root is refused',
  async (name) => {
    mkdirSync(model)
    const other = name === 'cfg.json' ? 'sae_weights.safetensors' : 'cfg.json'
    writeFileSync(join(model, other), '{"d_in":4,"d_sae":8,"apply_b_dec_to_input":true}')
    symlinkSync('../data/secrets/api-key', join(model, name))
    await refusal(() => inspectFolder(model))
  },
)

it('what is in no root is refused, roots in the data folder included', async () => {
  await refusal(() => inspectModel(DEMO_MODEL))
  mkdirSync(join(dataDir, 'logs/model'), { recursive: true })
  cpSync(DEMO_MODEL, join(dataDir, 'logs/model'), { recursive: true })
  await refusal(() => inspectModel(join(dataDir, 'logs/model')))
  mkdirSync(join(dataDir, 'secrets/model'), { recursive: true })
  cpSync(DEMO_MODEL, join(dataDir, 'secrets/model'), { recursive: true })
  await refusal(() => inspectModel(join(dataDir, 'secrets/model')))
})

it('a setting replaces the folders that the backend started with', async () => {
  const db = settings({ startImportRoots: ['/'], importRoots: [root] }) as unknown as Parameters<typeof rootsOf>[0]
  const { roots } = await rootsOf(db, dataDir, [])
  expect(roots.map(({ named }) => named)).not.toContain('/')
  expect(roots.map(({ named }) => named)).toContain(root)
})
