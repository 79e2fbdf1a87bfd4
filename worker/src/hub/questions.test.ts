// Questions to the small hub: search, the token rule, inspections and refusals in words.
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { HubSearchResult } from '@mistudio/contracts'
import { describe, expect, it } from 'vitest'
import { searchPipeline } from './search.pipeline.js'
import { sha256 } from './testing/hub-server.js'
import { DEMO, downloadPipeline, refusalOf, resultOf, TOKEN, usePipelines } from './testing/pipelines.js'
import { noise, useRig } from './testing/rig.js'

const rig = useRig()
const world = usePipelines(rig)

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
    const { models } = resultOf(await world.run(searchPipeline, { query: 'llama' })) as HubSearchResult
    expect(models).toEqual([
      {
        repo: 'org/large-llama',
        downloads: 900,
        likes: 7,
        parameters: 1010,
        bytes: 2040,
        licence: 'mit',
        gated: 'no',
        private: false,
        task: 'text-generation',
        updatedAt: '2026-01-02T03:04:05.000Z',
      },
      expect.objectContaining({ repo: 'org/small-llama', gated: 'manual', licence: null, bytes: null }),
    ])
  })

  it('says when HF_ENDPOINT is no hub', async () => {
    process.env['HF_ENDPOINT'] = 'ftp://hub'
    expect(await refusalOf(world.run(searchPipeline, {}))).toMatch(/HF_ENDPOINT is "ftp/)
    process.env['HF_ENDPOINT'] = rig.hub.storage
    expect(await refusalOf(world.run(searchPipeline, {}))).toMatch(/HF_ENDPOINT/)
  })
})

describe('the token', () => {
  it('goes to the hub and not to the host that a redirect names', async () => {
    process.env['HF_TOKEN'] = TOKEN
    const { commit } = await rig.hub.addFolder('org/private', DEMO, { private: true, readers: [TOKEN] })
    const { outcome } = await world.run(downloadPipeline, await world.modelRow('org/private', commit))
    expect(outcome.state).toBe('completed')
    const by = (host: string) => rig.hub.seen.filter((seen) => seen.host === host)
    expect(new Set(by('hub').map(({ authorization }) => authorization))).toEqual(new Set([`Bearer ${TOKEN}`]))
    expect(by('storage').length).toBeGreaterThan(0)
    expect(new Set(by('storage').map(({ authorization }) => authorization))).toEqual(new Set([null]))
  })

  it('stored in the settings is opened and comes before HF_TOKEN', async () => {
    process.env['HF_TOKEN'] = 'hf_of_the_environment'
    const raw = randomBytes(32)
    mkdirSync(join(world.dataDir, 'secrets'))
    writeFileSync(join(world.dataDir, 'secrets', 'sealing-key'), raw.toString('base64'))
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
    await world.db.query(`INSERT INTO secret (name, sealed, hint, updated_at) VALUES ('hub-token', $1, '', now())`, [
      JSON.stringify(sealed),
    ])
    try {
      await world.run(searchPipeline, { query: 'x' })
      expect(rig.hub.seen.map(({ authorization }) => authorization)).toEqual([`Bearer ${TOKEN}`])
      writeFileSync(join(world.dataDir, 'secrets', 'sealing-key'), randomBytes(32).toString('base64'))
      expect(await refusalOf(world.run(searchPipeline, {}))).toMatch(/hub_denied.*Store the token again/)
    } finally {
      await world.db.query('DELETE FROM secret')
    }
  })
})

describe('inspection', () => {
  it('tells commit, files, sizes, licence and the model', async () => {
    const { commit } = await rig.hub.addFolder('org/tiny', DEMO, { tags: ['license:apache-2.0'], refs: ['v1'] })
    const found = await world.inspect('org/tiny', 'v1')
    expect(found).toMatchObject({
      commit,
      revision: 'v1',
      from: 'hub',
      licence: 'apache-2.0',
      gated: 'no',
      problem: null,
      model: { architecture: 'llama', parameters: 1_049_728 },
    })
    const [float32, , int8] = found.model!.memory.precisions
    expect(float32!.weights).toBeGreaterThan(4 * 1_049_728)
    expect(int8!.weights).toBeLessThan(float32!.weights)
    expect(found.bytes).toBe(found.bytesToFetch)
    expect(found.files.find(({ role }) => role === 'weights')).toMatchObject({
      path: 'model.safetensors',
      bytes: statSync(join(DEMO, 'model.safetensors')).size,
      hash: { kind: 'sha256', hex: sha256(readFileSync(join(DEMO, 'model.safetensors'))) },
    })
  })

  it('shows sizes of a gated repository and says how to get in', async () => {
    await rig.hub.addFolder('org/gated', DEMO, { gated: 'auto', readers: ['hf_other'] })
    const without = await world.inspect('org/gated')
    expect(without.bytes).toBeGreaterThan(1_000_000)
    expect(without.problem).toMatchObject({ code: 'hub_gated' })
    expect(without.problem?.message).toMatch(/Accept the licence at .*\/org\/gated, then store a token/)
    process.env['HF_TOKEN'] = TOKEN
    expect((await world.inspect('org/gated')).problem?.message).toMatch(/your token has no access yet/)
    process.env['HF_TOKEN'] = 'hf_other'
    expect((await world.inspect('org/gated')).problem).toBeNull()
  })

  it('says what a missing repository or revision may mean', async () => {
    expect(await refusalOf(world.inspect('org/nowhere'))).toMatch(
      /hub_denied: "org\/nowhere" does not exist or is private/,
    )
    process.env['HF_TOKEN'] = TOKEN
    expect(await refusalOf(world.inspect('org/nowhere'))).toMatch(/hub_not_found: There is no "org\/nowhere"/)
    rig.hub.add({ name: 'org/tagged', files: {} })
    expect(await refusalOf(world.inspect('org/tagged', 'v9'))).toMatch(/has no revision "v9"/)
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
    expect((await world.inspect(repo)).problem?.message).toMatch(message)
  })

  it('offers the graphs of a repository beside its safetensors, which are meant unless one is named', async () => {
    const [small, large] = [noise(5000), noise(9000, 2)]
    rig.hub.add({
      name: 'org/variants',
      files: {
        'config.json': readFileSync(join(DEMO, 'config.json')),
        'tokenizer.json': readFileSync(join(DEMO, 'tokenizer.json')),
        'model.safetensors': large,
        'onnx/model_fp16.onnx': small,
        'onnx/model.onnx': small,
        'onnx/model.onnx_data': large,
        'onnx/deep/model.onnx': small,
      },
    })
    const found = await world.inspect('org/variants')
    expect(found.graph).toBeNull()
    expect(found.variants).toEqual([
      { graph: null, bytes: 9000 },
      { graph: 'onnx/model.onnx', bytes: 14_000 },
      { graph: 'onnx/model_fp16.onnx', bytes: 5000 },
    ])
    const weights = ({ files }: typeof found) => files.filter(({ role }) => role === 'weights').map(({ path }) => path)
    expect(weights(found)).toEqual(['model.safetensors'])
    const graph = await world.inspect('org/variants', 'main', 'onnx/model.onnx')
    expect(weights(graph).sort()).toEqual(['onnx/model.onnx', 'onnx/model.onnx_data'])
    expect(graph).toMatchObject({ graph: 'onnx/model.onnx', variants: found.variants, problem: null })
    const offered = graph.model?.memory.precisions.filter(({ unavailable }) => unavailable === null)
    expect(offered?.map(({ precision }) => precision)).toEqual(['float32'])
    const absent = await world.inspect('org/variants', 'main', 'onnx/model_q4.onnx')
    expect(absent.problem?.message).toMatch(/has no file "onnx\/model_q4.onnx"/)
    expect(absent.variants).toEqual(found.variants)
  })

  it('means the usual graph of a repository without safetensors', async () => {
    rig.hub.add({
      name: 'org/graphs',
      files: {
        'config.json': readFileSync(join(DEMO, 'config.json')),
        'onnx/model_fp16.onnx': noise(5000),
        'onnx/model.onnx': noise(5000),
        'pytorch_model.bin': noise(10),
      },
    })
    expect(await world.inspect('org/graphs')).toMatchObject({ graph: 'onnx/model.onnx', problem: null })
  })

  it('counts the shards that the index names', async () => {
    const shard = noise(5000)
    const index = JSON.stringify({ weight_map: { a: 'part-1.safetensors', b: 'part-2.safetensors' } })
    rig.hub.add({
      name: 'org/sharded',
      files: {
        'config.json': readFileSync(join(DEMO, 'config.json')),
        'model.safetensors.index.json': Buffer.from(index),
        'part-1.safetensors': shard,
        'part-2.safetensors': shard,
        'other.safetensors': shard,
      },
    })
    const found = await world.inspect('org/sharded')
    expect(found.files.filter(({ role }) => role === 'weights').map(({ path }) => path)).toEqual([
      ...['model.safetensors.index.json', 'part-1.safetensors', 'part-2.safetensors'],
    ])
    expect(found.otherFiles).toBe(1)
  })
})
