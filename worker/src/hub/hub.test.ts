// Whole pipelines against the small hub and a real database: the token rule, refusals in words, the disk, the cache, two at once.
import { execFileSync } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  type HubInspection,
  HubInspectionSchema,
  type HubLocal,
  HubLocalSchema,
  type HubSearchResult,
  type JobProgress,
} from '@mistudio/contracts'
import type { Pool, PoolClient } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Control, JobContext, Outcome, Pipeline } from '../runner/context.js'
import { downloadPipelineWith } from './download.pipeline.js'
import { inspectPipeline } from './inspect.pipeline.js'
import { localPipeline } from './local.pipeline.js'
import { placesOf } from './places.js'
import { filesToDownload } from './plan.js'
import { removePipeline } from './remove.pipeline.js'
import { searchPipeline } from './search.pipeline.js'
import { downloadSnapshot } from './snapshot.js'
import { ownDatabase } from './testing/database.js'
import { gitSha1, sha256 } from './testing/hub-server.js'
import { namesIn, noise, QUICK, useRig } from './testing/rig.js'

const DEMO = fileURLToPath(new URL('../../../demo/tiny-stories-1m', import.meta.url))
const TOKEN = 'hf_test_token_0123456789'
const rig = useRig()
let db: Pool
let drop: () => Promise<void>
let dataDir: string
let cacheFolder: string
const before = { ...process.env }

beforeAll(async () => ({ db, drop } = await ownDatabase()))
afterAll(() => drop())
beforeEach(() => {
  dataDir = mkdtempSync(join(rig.folder, 'data-'))
  cacheFolder = join(dataDir, 'hf-cache')
  Object.assign(process.env, {
    HF_ENDPOINT: rig.hub.endpoint,
    HF_HUB_CACHE: cacheFolder,
    HF_TOKEN: '',
    HF_HUB_OFFLINE: '',
  })
})
afterEach(() =>
  Object.assign(process.env, { HF_ENDPOINT: '', HF_HUB_CACHE: '', HF_TOKEN: '', HF_HUB_OFFLINE: '', ...before }),
)

interface Ran {
  readonly outcome: Outcome
  readonly progress: readonly JobProgress[]
  readonly logs: readonly string[]
}

/** Runs a pipeline as the runner would. */
async function run<P>(pipeline: Pipeline<P>, params: object, control: () => Control = () => 'run'): Promise<Ran> {
  const [progress, logs]: [JobProgress[], string[]] = [[], []]
  const context: JobContext<P> = {
    job: { id: randomUUID(), kind: pipeline.kind, subjectId: randomUUID(), attempt: 1, params: pipeline.parse(params) },
    ...{
      dataDir,
      threads: 1,
      db,
      control,
      flush: async () => undefined,
      metrics: () => undefined,
      event: () => undefined,
    },
    progress: (made) => progress.push(made),
    log: (_level, message) => logs.push(message),
    commit: async (work) => work(db as unknown as PoolClient),
  }
  return { outcome: await pipeline.run(context), progress, logs }
}
const resultOf = ({ outcome }: Ran): unknown => ('result' in outcome ? outcome.result : null)
const inspect = async (repo: string, revision = 'main'): Promise<HubInspection> =>
  HubInspectionSchema.parse(resultOf(await run(inspectPipeline, { repo, revision })))
const refusalOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'nothing was refused',
    (error: { code?: string; message: string }) => `${error.code}: ${error.message}`,
  )
const downloadPipeline = downloadPipelineWith(QUICK)

/** A download as the backend starts it: with a row of the model. */
async function modelRow(
  repo: string,
  commit: string,
): Promise<{ modelId: string; repo: string; commit: string; revision: string }> {
  const modelId = randomUUID()
  const path = placesOf(dataDir, repo, commit).snapshot
  await db.query('INSERT INTO model (id, name, path) VALUES ($1, $2, $3)', [modelId, repo, path])
  return { modelId, repo, commit, revision: 'main' }
}
const filesUnder = async (): Promise<string[]> =>
  (await namesIn(join(dataDir, 'hub'))).filter((name) => /safetensors|json|part/.test(name))

describe('search', () => {
  it('lists what the hub says about models that fit', async () => {
    rig.hub.add({
      name: 'org/large-llama',
      files: {},
      downloads: 900,
      likes: 7,
      tags: ['license:mit'],
      parameters: { BF16: 1000, F32: 10 },
    })
    rig.hub.add({ name: 'org/small-llama', files: {}, downloads: 9, gated: 'manual' })
    const { models } = resultOf(await run(searchPipeline, { query: 'llama' })) as HubSearchResult
    expect(models).toEqual([
      {
        ...{
          repo: 'org/large-llama',
          downloads: 900,
          likes: 7,
          parameters: 1010,
          bytes: 2040,
          licence: 'mit',
          gated: 'no',
        },
        ...{ private: false, task: 'text-generation', updatedAt: '2026-01-02T03:04:05.000Z' },
      },
      expect.objectContaining({ repo: 'org/small-llama', gated: 'manual', licence: null, bytes: null }),
    ])
  })

  it('says when HF_ENDPOINT is no hub', async () => {
    process.env['HF_ENDPOINT'] = 'ftp://hub'
    expect(await refusalOf(run(searchPipeline, {}))).toMatch(/HF_ENDPOINT is "ftp/)
    process.env['HF_ENDPOINT'] = rig.hub.storage
    expect(await refusalOf(run(searchPipeline, {}))).toMatch(/HF_ENDPOINT/)
  })
})

describe('the token', () => {
  it('goes to the hub and not to the host that a redirect names', async () => {
    process.env['HF_TOKEN'] = TOKEN
    const { commit } = await rig.hub.addFolder('org/private', DEMO, { private: true, readers: [TOKEN] })
    const { outcome } = await run(downloadPipeline, await modelRow('org/private', commit))
    expect(outcome.state).toBe('completed')
    const by = (host: string) => rig.hub.seen.filter((seen) => seen.host === host)
    expect(new Set(by('hub').map(({ authorization }) => authorization))).toEqual(new Set([`Bearer ${TOKEN}`]))
    expect(by('storage').length).toBeGreaterThan(0)
    expect(new Set(by('storage').map(({ authorization }) => authorization))).toEqual(new Set([null]))
  })

  it('stored in the settings is opened and comes before HF_TOKEN', async () => {
    process.env['HF_TOKEN'] = 'hf_of_the_environment'
    const raw = randomBytes(32)
    mkdirSync(join(dataDir, 'secrets'))
    writeFileSync(join(dataDir, 'secrets', 'sealing-key'), raw.toString('base64'))
    const iv = randomBytes(12)
    // Sealed with the Web Cryptography API: another implementation than the one that opens it.
    const key = await crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt'])
    const additionalData = Buffer.from('hub-token')
    const bytes = Buffer.from(
      await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData }, key, Buffer.from(TOKEN)),
    )
    const sealed = {
      version: 1,
      nonce: iv.toString('base64'),
      data: bytes.subarray(0, -16).toString('base64'),
      tag: bytes.subarray(-16).toString('base64'),
    }
    await db.query(`INSERT INTO secret (name, sealed, hint, updated_at) VALUES ('hub-token', $1, '', now())`, [
      JSON.stringify(sealed),
    ])
    try {
      await run(searchPipeline, { query: 'x' })
      expect(rig.hub.seen.map(({ authorization }) => authorization)).toEqual([`Bearer ${TOKEN}`])
      writeFileSync(join(dataDir, 'secrets', 'sealing-key'), randomBytes(32).toString('base64'))
      expect(await refusalOf(run(searchPipeline, {}))).toMatch(/hub_denied.*Store the token again/)
    } finally {
      await db.query('DELETE FROM secret')
    }
  })
})

describe('inspection', () => {
  it('tells commit, files, sizes, licence and the model', async () => {
    const { commit } = await rig.hub.addFolder('org/tiny', DEMO, { tags: ['license:apache-2.0'], refs: ['v1'] })
    const found = await inspect('org/tiny', 'v1')
    expect(found).toMatchObject({
      ...{ commit, revision: 'v1', from: 'hub', licence: 'apache-2.0', gated: 'no', problem: null },
      model: { architecture: 'llama', parameters: 1_049_728, memoryBytes: 4 * 1_049_728 },
    })
    expect(found.bytes).toBe(found.bytesToFetch)
    expect(found.files.find(({ role }) => role === 'weights')).toMatchObject({
      path: 'model.safetensors',
      bytes: statSync(join(DEMO, 'model.safetensors')).size,
      hash: { kind: 'sha256', hex: sha256(readFileSync(join(DEMO, 'model.safetensors'))) },
    })
  })

  it('shows sizes of a gated repository and says how to get in', async () => {
    await rig.hub.addFolder('org/gated', DEMO, { gated: 'auto', readers: ['hf_other'] })
    const without = await inspect('org/gated')
    expect(without.bytes).toBeGreaterThan(1_000_000)
    expect(without.problem).toMatchObject({ code: 'hub_gated' })
    expect(without.problem?.message).toMatch(/Accept the licence at .*\/org\/gated, then store a token/)
    process.env['HF_TOKEN'] = TOKEN
    expect((await inspect('org/gated')).problem?.message).toMatch(/your token has no access yet/)
    process.env['HF_TOKEN'] = 'hf_other'
    expect((await inspect('org/gated')).problem).toBeNull()
  })

  it('says what a missing repository or revision may mean', async () => {
    expect(await refusalOf(inspect('org/nowhere'))).toMatch(/hub_denied: "org\/nowhere" does not exist or is private/)
    process.env['HF_TOKEN'] = TOKEN
    expect(await refusalOf(inspect('org/nowhere'))).toMatch(/hub_not_found: There is no "org\/nowhere"/)
    rig.hub.add({ name: 'org/tagged', files: {} })
    expect(await refusalOf(inspect('org/tagged', 'v9'))).toMatch(/has no revision "v9"/)
  })

  it.each([
    ['pickles only', { 'config.json': '{}', 'pytorch_model.bin': 'x' }, /pickle files/],
    ['nothing to load', { 'README.md': 'x' }, /no config\.json/],
    ['an unknown architecture', { 'config.json': '{"model_type":"novel"}', 'model.safetensors': 'x' }, /novel/],
    [
      'an index that names files outside',
      { 'config.json': '{}', 'model.safetensors.index.json': '{"weight_map":{"a":"../../x.safetensors"}}' },
      /no safe file name/,
    ],
    [
      'an index that names files which are not there',
      {
        'config.json': '{}',
        'model.safetensors.index.json': '{"weight_map":{"a":"model-00001-of-00001.safetensors"}}',
      },
      /lacks 1 of the files/,
    ],
  ])('refuses a repository with %s, by name', async (name, texts, message) => {
    const files = Object.fromEntries(Object.entries(texts).map(([path, text]) => [path, Buffer.from(String(text))]))
    const repo = `bad/${name.replaceAll(' ', '-')}`
    rig.hub.add({ name: repo, files })
    expect((await inspect(repo)).problem?.message).toMatch(message)
  })

  it('counts the shards that the index names', async () => {
    const shard = noise(5000)
    const index = JSON.stringify({ weight_map: { a: 'part-1.safetensors', b: 'part-2.safetensors' } })
    rig.hub.add({
      name: 'org/sharded',
      files: {
        'config.json': readFileSync(join(DEMO, 'config.json')),
        ...{
          'model.safetensors.index.json': Buffer.from(index),
          'part-1.safetensors': shard,
          'part-2.safetensors': shard,
        },
        'other.safetensors': shard,
      },
    })
    const found = await inspect('org/sharded')
    expect(found.files.filter(({ role }) => role === 'weights').map(({ path }) => path)).toEqual([
      ...['model.safetensors.index.json', 'part-1.safetensors', 'part-2.safetensors'],
    ])
    expect(found.otherFiles).toBe(1)
  })
})

describe('download', () => {
  it('brings the demo model, checks it and registers it', async () => {
    const { commit } = await rig.hub.addFolder('org/demo', DEMO)
    const params = await modelRow('org/demo', commit)
    const { outcome, progress, logs } = await run(downloadPipeline, params)
    expect(outcome).toMatchObject({ state: 'completed', result: { finite: true } })
    const { snapshot, partial } = placesOf(dataDir, 'org/demo', commit)
    expect(
      readFileSync(join(snapshot, 'model.safetensors')).equals(readFileSync(join(DEMO, 'model.safetensors'))),
    ).toBe(true)
    expect(await namesIn(partial)).toEqual([])
    const { rows } = await db.query('SELECT ready_at, spec FROM model WHERE id = $1', [params.modelId])
    expect(rows[0].ready_at).not.toBeNull()
    expect(rows[0].spec.architecture).toBe('llama')
    expect(progress.some(({ stage, done, total }) => stage === 'downloading' && done === total)).toBe(true)
    expect(logs.join()).toMatch(/lengths and hashes fit/)
  })

  it('two at once of the same model: one fetches, the other waits, both end right', async () => {
    const { commit } = await rig.hub.addFolder('org/twice', DEMO)
    const rows = [await modelRow('org/twice', commit), await modelRow('org/twice', commit)]
    const ran = await Promise.all(rows.map((params) => run(downloadPipeline, params)))
    expect(ran.map(({ outcome }) => outcome.state)).toEqual(['completed', 'completed'])
    expect(ran.flatMap(({ progress }) => progress).some(({ stage }) => stage.startsWith('waiting for another'))).toBe(
      true,
    )
    const weights = rig.hub.seen.filter(({ host, range }) => host === 'storage' && range !== null && range.end > 1)
    const bytes = weights.reduce((sum, { range }) => sum + (range ? range.end - range.start : 0), 0)
    expect(bytes).toBeLessThan(2 * statSync(join(DEMO, 'model.safetensors')).size)
  })

  it('paused keeps what came and goes on; cancelled leaves nothing', async () => {
    const { commit } = await rig.hub.addFolder('org/pause', DEMO)
    const params = await modelRow('org/pause', commit)
    const stopAt = (control: Control) => {
      let looks = 0
      return () => (++looks > 3 ? control : 'run')
    }
    rig.hub.fault = ({ host }) => (host === 'storage' ? { kind: 'slow', chunkBytes: 20_000, everyMs: 10 } : null)
    expect((await run(downloadPipeline, params, stopAt('pause'))).outcome.state).toBe('paused')
    expect((await filesUnder()).some((name) => name.endsWith('.partial'))).toBe(true)
    expect((await run(downloadPipeline, params, stopAt('cancel'))).outcome.state).toBe('cancelled')
    expect(await filesUnder()).toEqual([])
    rig.hub.fault = () => null
    expect((await run(downloadPipeline, params)).outcome.state).toBe('completed')
  })

  it('cancelled while it waits in the queue clears what it kept', async () => {
    const { commit } = await rig.hub.addFolder('org/waiting', DEMO)
    const { partial } = placesOf(dataDir, 'org/waiting', commit)
    mkdirSync(partial, { recursive: true })
    writeFileSync(join(partial, 'model.safetensors.partial'), 'x')
    expect((await run(downloadPipeline, await modelRow('org/waiting', commit), () => 'cancel')).outcome.state).toBe(
      'cancelled',
    )
    expect(await filesUnder()).toEqual([])
  })

  it('gated on the way fails with what to do and registers nothing', async () => {
    const { commit } = await rig.hub.addFolder('org/gate', DEMO, { gated: 'manual' })
    const params = await modelRow('org/gate', commit)
    expect(await refusalOf(run(downloadPipeline, params))).toMatch(/hub_gated.*Accept the licence/)
    const { rows } = await db.query('SELECT ready_at FROM model WHERE id = $1', [params.modelId])
    expect(rows[0].ready_at).toBeNull()
  })

  it('removed with its model, unless it was asked for again', async () => {
    const { commit } = await rig.hub.addFolder('org/removed', DEMO)
    const params = await modelRow('org/removed', commit)
    await run(downloadPipeline, params)
    expect(resultOf(await run(removePipeline, params))).toEqual({ kept: true })
    await db.query('DELETE FROM model WHERE id = $1', [params.modelId])
    expect(resultOf(await run(removePipeline, params))).toEqual({ kept: false })
    expect(await filesUnder()).toEqual([])
  })
})

describe('the disk', () => {
  const world = () => ({ access: rig.access(), tokenFrom: 'none' as const, cacheFolder, offline: false })
  const { signal } = new AbortController()
  const request = async (repo: string, folder: string) => {
    const { commit } = await rig.hub.addFolder(repo, DEMO)
    const files = await filesToDownload(world(), repo, commit, signal)
    return { repo, commit, files, places: placesOf(folder, repo, commit), cacheFolder }
  }

  it('is looked at before the first byte', async () => {
    const wanted = await request('org/space', dataDir)
    rig.hub.seen.length = 0
    const work = downloadSnapshot({ ...wanted, free: async () => 2 ** 20 }, { access: rig.access(), signal })
    expect(await refusalOf(work)).toMatch(/disk_full: "org\/space" needs \d+ MB more.*Free some space and retry/)
    expect(rig.hub.seen).toEqual([])
    expect(await filesUnder()).toEqual([])
  })

  it('full under way is named, and nothing stays on it', async (context) => {
    const small = join(dataDir, 'small')
    mkdirSync(small)
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', small], { stdio: 'ignore' })
    } catch {
      context.skip('needs the right to mount a small tmpfs')
    }
    try {
      const wanted = await request('org/full', small)
      const work = downloadSnapshot({ ...wanted, free: async () => 2 ** 40 }, { access: rig.access(), signal })
      expect(await refusalOf(work)).toMatch(/^disk_full: The disk is full/)
      expect((await namesIn(small)).filter((name) => /part|json|safetensors/.test(name))).toEqual([])
    } finally {
      execFileSync('umount', ['-l', small])
    }
  })
})

describe('the cache of the Hugging Face tools', () => {
  /** Writes the demo model as the Python tools keep it. */
  function fillCache(repo: string, commit: string): void {
    const folder = join(cacheFolder, `models--${repo.replace('/', '--')}`)
    for (const part of ['blobs', 'refs', `snapshots/${commit}`]) mkdirSync(join(folder, part), { recursive: true })
    writeFileSync(join(folder, 'refs', 'main'), commit)
    for (const name of [
      'config.json',
      'model.safetensors',
      'tokenizer.json',
      'tokenizer_config.json',
      'generation_config.json',
    ]) {
      const content = readFileSync(join(DEMO, name))
      const blob = content.byteLength < 4096 ? gitSha1(content) : sha256(content)
      writeFileSync(join(folder, 'blobs', blob), content)
      symlinkSync(join('..', '..', 'blobs', blob), join(folder, 'snapshots', commit, name))
    }
  }

  it('gives what it holds: nothing is fetched again', async () => {
    const { commit } = await rig.hub.addFolder('org/cached', DEMO)
    fillCache('org/cached', commit)
    expect(await inspect('org/cached')).toMatchObject({ from: 'hub', bytesToFetch: 0 })
    rig.hub.seen.length = 0
    expect((await run(downloadPipeline, await modelRow('org/cached', commit))).outcome.state).toBe('completed')
    expect(rig.hub.seen.filter(({ host }) => host === 'storage')).toEqual([])
  })

  it('is enough without any hub, and its models are offered', async () => {
    const commit = 'c'.repeat(40)
    fillCache('org/offline', commit)
    process.env['HF_ENDPOINT'] = 'http://127.0.0.1:9'
    const local = HubLocalSchema.parse(resultOf(await run(localPipeline, {}))) as HubLocal
    expect(local.cached).toEqual([{ repo: 'org/offline', commit, bytes: expect.any(Number) }])
    expect(await inspect('org/offline')).toMatchObject({
      from: 'cache',
      commit,
      bytesToFetch: 0,
      model: { architecture: 'llama' },
    })
    process.env['HF_HUB_OFFLINE'] = '1'
    expect((await run(downloadPipeline, await modelRow('org/offline', commit))).outcome.state).toBe('completed')
    expect(await refusalOf(inspect('org/elsewhere'))).toMatch(/HF_HUB_OFFLINE is set/)
  })

  it('that is damaged is not believed', async () => {
    const { commit } = await rig.hub.addFolder('org/damaged', DEMO)
    fillCache('org/damaged', commit)
    const content = readFileSync(join(DEMO, 'model.safetensors'))
    const blob = join(cacheFolder, 'models--org--damaged', 'blobs', sha256(content))
    const spoiled = Buffer.from(content)
    spoiled[100_000] = (spoiled[100_000] ?? 0) ^ 1
    rmSync(blob)
    writeFileSync(blob, spoiled)
    expect((await run(downloadPipeline, await modelRow('org/damaged', commit))).outcome.state).toBe('completed')
    const { snapshot } = placesOf(dataDir, 'org/damaged', commit)
    expect(sha256(readFileSync(join(snapshot, 'model.safetensors')))).toBe(sha256(content))
  })
})
