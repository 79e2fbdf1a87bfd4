// Whole downloads against the small hub and a real database: registration, two at once, pause and cancel, the disk, the cache.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type HubLocal, HubLocalSchema } from '@mistudio/contracts'
import { describe, expect, it } from 'vitest'
import type { Control } from '../runner/context.js'
import { localPipeline } from './local.pipeline.js'
import { removePipeline } from './remove.pipeline.js'
import { placesOf } from './snapshots/places.js'
import { filesToDownload } from './snapshots/plan.js'
import { downloadSnapshot } from './snapshots/snapshot.js'
import { gitSha1, sha256 } from './testing/hub-server.js'
import { DEMO, downloadPipeline, refusalOf, resultOf, usePipelines } from './testing/pipelines.js'
import { namesIn, useRig } from './testing/rig.js'

const FIXTURES = join(DEMO, '../../fixtures/exports')
const BYTES = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true }

const rig = useRig()
const world = usePipelines(rig)

describe('download', () => {
  it('brings the demo model, checks it and registers it', async () => {
    const { commit } = await rig.hub.addFolder('org/demo', DEMO)
    const params = await world.modelRow('org/demo', commit)
    const { outcome, progress, logs } = await world.run(downloadPipeline, params)
    expect(outcome).toMatchObject({ state: 'completed', result: { failed: 0 } })
    const { snapshot, partial } = placesOf(world.dataDir, 'org/demo', commit, null)
    expect(
      readFileSync(join(snapshot, 'model.safetensors')).equals(readFileSync(join(DEMO, 'model.safetensors'))),
    ).toBe(true)
    expect(await namesIn(partial)).toEqual([])
    const { rows } = await world.db.query('SELECT ready_at, spec FROM model WHERE id = $1', [params.modelId])
    expect(rows[0].ready_at).not.toBeNull()
    expect(rows[0].spec.architecture).toBe('llama')
    expect(progress.some(({ stage, done, total }) => stage === 'downloading' && done === total)).toBe(true)
    expect(logs.join()).toMatch(/lengths and hashes fit/)
  })

  it('brings an ONNX export with its data, beside another variant of the same commit', async () => {
    const read = (path: string) => readFileSync(join(FIXTURES, path))
    const text = readFileSync(join(DEMO, 'tokenizer.json'), 'utf8')
    const tokenizer = {
      ...JSON.parse(text),
      added_tokens: [],
      post_processor: null,
      pre_tokenizer: BYTES,
      decoder: BYTES,
    }
    const vocab = Object.fromEntries(Array.from({ length: 94 }, (_, i) => [String.fromCharCode(33 + i), i]))
    tokenizer.model = { type: 'BPE', unk_token: '!', vocab: { ...vocab, Ġ: 94 }, merges: [] }
    const { commit } = rig.hub.add({
      name: 'org/export',
      files: {
        'config.json': read('llama_gqa_llama3/config.json'),
        'tokenizer.json': Buffer.from(JSON.stringify(tokenizer)),
        'onnx/model.onnx': read('llama_gqa_llama3/model.onnx'),
        'onnx/model.onnx_data': read('llama_gqa_llama3/model.onnx_data'),
        'onnx/model_other.onnx': read('llama_gqa_llama3_past/model.onnx'),
      },
    })
    for (const graph of ['onnx/model.onnx', 'onnx/model_other.onnx']) {
      const params = await world.modelRow('org/export', commit, graph)
      expect((await world.run(downloadPipeline, params)).outcome.state).toBe('completed')
      const { rows } = await world.db.query('SELECT spec, parity_report FROM model WHERE id = $1', [params.modelId])
      expect(rows[0].spec).toMatchObject({ format: 'onnx', layers: 3 })
      const names = rows[0].parity_report.model.files.map(({ name }: { name: string }) => name)
      expect(names.filter((name: string) => /onnx$/.test(name))).toEqual([graph])
    }
    const graph = 'onnx/model.onnx'
    const { snapshot } = placesOf(world.dataDir, 'org/export', commit, graph)
    expect(readdirSync(join(snapshot, 'onnx')).sort()).toEqual(['model.onnx', 'model.onnx_data'])
    await world.db.query('DELETE FROM model WHERE path = $1', [snapshot])
    await world.run(removePipeline, { repo: 'org/export', commit, graph })
    expect(existsSync(snapshot)).toBe(false)
    expect(existsSync(placesOf(world.dataDir, 'org/export', commit, 'onnx/model_other.onnx').snapshot)).toBe(true)
  })

  it('two at once of the same model: one fetches, the other waits, both end right', async () => {
    const { commit } = await rig.hub.addFolder('org/twice', DEMO)
    const rows = [await world.modelRow('org/twice', commit), await world.modelRow('org/twice', commit)]
    const ran = await Promise.all(rows.map((params) => world.run(downloadPipeline, params)))
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
    const params = await world.modelRow('org/pause', commit)
    const { partial } = placesOf(world.dataDir, 'org/pause', commit, null)
    const held = () => existsSync(partial) && readdirSync(partial).some((name) => name.endsWith('.partial'))
    /** As soon as something of a file has come. */
    const stopAt = (control: Control) => () => (held() ? control : 'run')
    rig.hub.fault = ({ host }) => (host === 'storage' ? { kind: 'slow', chunkBytes: 20_000, everyMs: 10 } : null)
    expect((await world.run(downloadPipeline, params, stopAt('pause'))).outcome.state).toBe('paused')
    expect((await world.files()).some((name) => name.endsWith('.partial'))).toBe(true)
    expect((await world.run(downloadPipeline, params, stopAt('cancel'))).outcome.state).toBe('cancelled')
    expect(await world.files()).toEqual([])
    rig.hub.fault = () => null
    expect((await world.run(downloadPipeline, params)).outcome.state).toBe('completed')
  })

  it('cancelled while it waits in the queue clears what it kept', async () => {
    const { commit } = await rig.hub.addFolder('org/waiting', DEMO)
    const { partial } = placesOf(world.dataDir, 'org/waiting', commit, null)
    mkdirSync(partial, { recursive: true })
    writeFileSync(join(partial, 'model.safetensors.partial'), 'x')
    expect(
      (await world.run(downloadPipeline, await world.modelRow('org/waiting', commit), () => 'cancel')).outcome.state,
    ).toBe('cancelled')
    expect(await world.files()).toEqual([])
  })

  it('gated on the way fails with what to do and registers nothing', async () => {
    const { commit } = await rig.hub.addFolder('org/gate', DEMO, { gated: 'manual' })
    const params = await world.modelRow('org/gate', commit)
    expect(await refusalOf(world.run(downloadPipeline, params))).toMatch(/hub_gated.*Accept the licence/)
    const { rows } = await world.db.query('SELECT ready_at FROM model WHERE id = $1', [params.modelId])
    expect(rows[0].ready_at).toBeNull()
  })

  it('removed with its model, unless it was asked for again', async () => {
    const { commit } = await rig.hub.addFolder('org/removed', DEMO)
    const params = await world.modelRow('org/removed', commit)
    await world.run(downloadPipeline, params)
    expect(resultOf(await world.run(removePipeline, params))).toEqual({ kept: true })
    await world.db.query('DELETE FROM model WHERE id = $1', [params.modelId])
    expect(resultOf(await world.run(removePipeline, params))).toEqual({ kept: false })
    expect(await world.files()).toEqual([])
  })
})

describe('the disk', () => {
  const hubWorld = () => ({
    access: rig.access(),
    tokenFrom: 'none' as const,
    offline: false,
    cacheFolder: world.cacheFolder,
  })
  const { signal } = new AbortController()
  const request = async (repo: string, folder: string) => {
    const { commit } = await rig.hub.addFolder(repo, DEMO)
    const files = await filesToDownload(hubWorld(), { repo, commit, graph: null }, signal)
    return { repo, commit, files, places: placesOf(folder, repo, commit, null), cacheFolder: world.cacheFolder }
  }

  it('is looked at before the first byte', async () => {
    const wanted = await request('org/space', world.dataDir)
    rig.hub.seen.length = 0
    const work = downloadSnapshot({ ...wanted, free: async () => 2 ** 20 }, { access: rig.access(), signal })
    expect(await refusalOf(work)).toMatch(/disk_full: "org\/space" needs \d+ MB more.*Free some space and retry/)
    expect(rig.hub.seen).toEqual([])
    expect(await world.files()).toEqual([])
  })

  it('full under way is named, and nothing stays on it', async (context) => {
    const small = join(world.dataDir, 'small')
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
    const folder = join(world.cacheFolder, `models--${repo.replace('/', '--')}`)
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
    expect(await world.inspect('org/cached')).toMatchObject({ from: 'hub', bytesToFetch: 0 })
    rig.hub.seen.length = 0
    expect((await world.run(downloadPipeline, await world.modelRow('org/cached', commit))).outcome.state).toBe(
      'completed',
    )
    expect(rig.hub.seen.filter(({ host }) => host === 'storage')).toEqual([])
  })

  it('is enough without any hub, and its models are offered', async () => {
    const commit = 'c'.repeat(40)
    fillCache('org/offline', commit)
    process.env['HF_ENDPOINT'] = 'http://127.0.0.1:9'
    const local = HubLocalSchema.parse(resultOf(await world.run(localPipeline, {}))) as HubLocal
    expect(local.cached).toEqual([{ repo: 'org/offline', commit, bytes: expect.any(Number) }])
    expect(await world.inspect('org/offline')).toMatchObject({
      from: 'cache',
      commit,
      bytesToFetch: 0,
      model: { architecture: 'llama' },
    })
    process.env['HF_HUB_OFFLINE'] = '1'
    expect((await world.run(downloadPipeline, await world.modelRow('org/offline', commit))).outcome.state).toBe(
      'completed',
    )
    expect(await refusalOf(world.inspect('org/elsewhere'))).toMatch(/HF_HUB_OFFLINE is set/)
  })

  it('that is damaged is not believed', async () => {
    const { commit } = await rig.hub.addFolder('org/damaged', DEMO)
    fillCache('org/damaged', commit)
    const content = readFileSync(join(DEMO, 'model.safetensors'))
    const blob = join(world.cacheFolder, 'models--org--damaged', 'blobs', sha256(content))
    const spoiled = Buffer.from(content)
    spoiled[100_000] = (spoiled[100_000] ?? 0) ^ 1
    rmSync(blob)
    writeFileSync(blob, spoiled)
    expect((await world.run(downloadPipeline, await world.modelRow('org/damaged', commit))).outcome.state).toBe(
      'completed',
    )
    const { snapshot } = placesOf(world.dataDir, 'org/damaged', commit, null)
    expect(sha256(readFileSync(join(snapshot, 'model.safetensors')))).toBe(sha256(content))
  })
})
