// SAEs going out: archives and repositories are read back, by the reader of the layout and through the hub, number for number.
import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type SaePublished, SaePublishedSchema } from '@mistudio/contracts'
import { openSaeFolder, readSaeLensFolder, type TensorSource } from '@mistudio/formats'
import { beforeEach, describe, expect, it } from 'vitest'
import { type Ran, refusalOf, resultOf, TOKEN, usePipelines } from '../hub/testing/pipelines.js'
import { QUICK, useRig } from '../hub/testing/rig.js'
import { exportSaePipeline } from './export.pipeline.js'
import { publishSaePipelineWith } from './publish.pipeline.js'
import { SITE, unpackStored, writeMirror } from './testing.js'

const rig = useRig()
const world = usePipelines(rig)
const publish = publishSaePipelineWith(QUICK)
const CARD = '---\nlibrary_name: saelens\n---\n\n# Mirror\n'
beforeEach(() => {
  process.env['HF_TOKEN'] = TOKEN
  rig.hub.writer.writers.add(TOKEN)
  rig.hub.writer.partBytes = null
})

/** An SAE in the product's data folder. */
async function stored(options: Parameters<typeof writeMirror>[1] = {}): Promise<string> {
  const saeId = randomUUID()
  await writeMirror(join(world.dataDir, 'saes', saeId), options)
  return saeId
}

async function sameTensors(a: TensorSource, b: TensorSource): Promise<void> {
  expect(a.names()).toEqual(b.names())
  for (const name of a.names())
    expect(Buffer.from((await a.float32(name)).buffer)).toEqual(Buffer.from((await b.float32(name)).buffer))
}

const own = async (saeId: string) => (await readSaeLensFolder(join(world.dataDir, 'saes', saeId))).weights

describe('an archive', () => {
  async function unpacked(saeId: string, layout: string): Promise<{ folder: string; names: string[] }> {
    await world.run(exportSaePipeline, { saeId, layout, folder: 'mirror', card: CARD, dataset: 'stories' })
    const files = unpackStored(await readFile(join(world.dataDir, 'sae-exports', saeId, `${layout}.zip`)))
    const folder = join(world.dataDir, 'unpacked')
    for (const [name, bytes] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true })
      await writeFile(join(folder, name), bytes)
    }
    expect(await readdir(join(world.dataDir, 'sae-exports', saeId))).toEqual([`${layout}.zip`])
    return { folder, names: Object.keys(files).sort() }
  }

  it('holds a crosscoder with the widths and names of its sites', async () => {
    const sites = { site_widths: [48, 80], metadata: { hook_names: [SITE, 'blocks.2.hook_resid_post'] } }
    const saeId = await stored({ cfg: { architecture: 'crosscoder', ...sites } })
    const { folder } = await unpacked(saeId, 'saelens')
    const { cfg, weights } = await readSaeLensFolder(join(folder, 'mirror'))
    await sameTensors(weights, await own(saeId))
    expect(cfg).toMatchObject(sites)
  })

  it('in SAELens layout holds the very tensors, the dataset and the card', async () => {
    const saeId = await stored()
    const { folder, names } = await unpacked(saeId, 'saelens')
    expect(names).toEqual(['mirror/README.md', 'mirror/cfg.json', 'mirror/sae_weights.safetensors'])
    const { cfg, weights } = await openSaeFolder(join(folder, 'mirror'))
    await sameTensors(weights, await own(saeId))
    expect(cfg['metadata']).toMatchObject({ hook_name: SITE, dataset_path: 'stories' })
    expect(await readFile(join(folder, 'mirror/README.md'), 'utf8')).toBe(CARD)
  })

  it('in Gemma Scope layout is read back from its path with site and L0', async () => {
    const cfg = { metadata: { hook_name: SITE, sae_lens_version: '6.5.0', l0: 40.4 } }
    const saeId = await stored({ threshold: 0.1, cfg })
    const { folder, names } = await unpacked(saeId, 'gemma_scope')
    expect(names).toContain('mirror/layer_1/width_256/average_l0_40/params.npz')
    const opened = await openSaeFolder(join(folder, 'mirror/layer_1/width_256/average_l0_40'))
    expect(opened.cfg).toMatchObject({ architecture: 'jumprelu', metadata: { hook_layer: 1, l0: 40 } })
    await sameTensors(opened.weights, await own(saeId))
  })

  it('in sparsify layout is read back with its site and k', async () => {
    const cfg = { architecture: 'topk', k: 7, apply_b_dec_to_input: true, rescale_acts_by_decoder_norm: true }
    const saeId = await stored({ cfg })
    const { folder } = await unpacked(saeId, 'sparsify')
    const opened = await openSaeFolder(join(folder, 'mirror/layers.1'))
    expect(opened.cfg).toMatchObject({ architecture: 'topk', k: 7, metadata: { hook_name: SITE } })
    await sameTensors(opened.weights, await own(saeId))
  })

  it('is refused where the layout cannot hold the SAE', async () => {
    const run = (saeId: string, layout: string) =>
      world.run(exportSaePipeline, { saeId, layout, folder: 'mirror', card: CARD, dataset: null })
    expect(await refusalOf(run(await stored(), 'gemma_scope'))).toContain('JumpReLU SAEs only, this one is standard')
    const cfg = { architecture: 'topk', k: 7, apply_b_dec_to_input: true, rescale_acts_by_decoder_norm: true }
    expect(await refusalOf(run(await stored({ cfg, gain: 2 }), 'sparsify'))).toContain('has norm 2.000')
  })
})

describe('an upload', () => {
  const send = (saeId: string, more: object = {}): Promise<Ran> =>
    world.run(publish, {
      saeId,
      folder: 'mirror',
      card: CARD,
      dataset: null,
      repo: 'lab/mirror',
      path: SITE,
      layout: 'saelens',
      ...more,
    })
  const published = (ran: Ran): SaePublished => SaePublishedSchema.parse(resultOf(ran))
  const fetched = async (repo: string, path: string): Promise<Buffer> => {
    const response = await fetch(`${rig.hub.endpoint}/${repo}/resolve/main/${path}`, {
      headers: { authorization: `Bearer ${TOKEN}` },
    })
    expect(response.status).toBe(200)
    return Buffer.from(await response.arrayBuffer())
  }

  it('makes the repository, commits card and files, and sends nothing twice', async () => {
    const saeId = await stored()
    const result = published(await send(saeId))
    expect(result).toMatchObject({
      created: true,
      files: ['README.md', `${SITE}/cfg.json`, `${SITE}/sae_weights.safetensors`],
    })
    expect(result.url).toContain(`/lab/mirror/commit/${result.commit}`)
    const weights = await readFile(join(world.dataDir, 'saes', saeId, 'sae_weights.safetensors'))
    expect(await fetched('lab/mirror', `${SITE}/sae_weights.safetensors`)).toEqual(weights)
    expect((await fetched('lab/mirror', 'README.md')).toString()).toBe(CARD)
    const { received } = rig.hub.writer
    expect(published(await send(saeId, { message: 'again' }))).toMatchObject({ created: false, commit: result.commit })
    expect(rig.hub.writer.received).toBe(received)
    expect(rig.hub.writer.commits.at(-1)).toBe('again')
  })

  it('sends large files in parts where the hub wants them so', async () => {
    rig.hub.writer.partBytes = 50_000
    const saeId = await stored({ threshold: 1 })
    await send(saeId, { repo: 'lab/parts', cardAtTop: false })
    const weights = await readFile(join(world.dataDir, 'saes', saeId, 'sae_weights.safetensors'))
    expect(weights.length).toBeGreaterThan(200_000)
    expect(await fetched('lab/parts', `${SITE}/sae_weights.safetensors`)).toEqual(weights)
    expect((await fetched('lab/parts', `${SITE}/README.md`)).toString()).toBe(CARD)
  })

  it('survives connections that break and storage that is busy', async () => {
    let breaks = 0
    rig.hub.fault = ({ host, path }) => {
      if (host === 'storage' && breaks < 2) return { kind: 'break', after: ++breaks }
      if (path.includes('/commit/') && breaks < 4) return { kind: 'status', status: ++breaks === 3 ? 503 : 429 }
      return null
    }
    const { logs, outcome } = await send(await stored({ threshold: 2 }), { repo: 'lab/breaks' })
    expect(outcome.state).toBe('completed')
    expect(breaks).toBe(4)
    expect(logs.filter((line) => line.includes('Trying again'))).toHaveLength(4)
  })

  it('says what to do without a token, with a wrong one, and with one that may not write', async () => {
    const saeId = await stored()
    process.env['HF_TOKEN'] = ''
    expect(await refusalOf(send(saeId))).toMatch(/^hub_denied: .*needs a token with write access/)
    process.env['HF_TOKEN'] = 'hf_unknown_unknown'
    expect(await refusalOf(send(saeId))).toMatch(/^hub_denied: .*does not know the token.*Invalid credentials/)
    process.env['HF_TOKEN'] = 'hf_reader_reader'
    rig.hub.writer.readers.add('hf_reader_reader')
    expect(await refusalOf(send(saeId, { repo: 'lab/none' }))).toMatch(/^hub_denied: .*may not write to "lab\/none"/)
  })

  it('says that the branch moved, and gives up on a hub that stays away', async () => {
    const saeId = await stored()
    rig.hub.fault = ({ path }) => (path.includes('/commit/') ? { kind: 'status', status: 409 } : null)
    expect(await refusalOf(send(saeId))).toMatch(/^conflict: .*changed by somebody else/)
    rig.hub.fault = ({ host }) => (host === 'storage' ? { kind: 'break', after: 0 } : null)
    expect(await refusalOf(send(await stored({ threshold: 3 })))).toMatch(/^hub_unreachable: .*broke/)
    expect(await readdir(join(world.dataDir, 'sae-exports', saeId))).toEqual([])
  })

  it('never sends the token to the storage host', async () => {
    await send(await stored({ threshold: 4 }), { repo: 'lab/quiet' })
    const storage = rig.hub.seen.filter(({ host }) => host === 'storage')
    expect(storage.length).toBeGreaterThan(0)
    expect(storage.every(({ authorization }) => authorization === null)).toBe(true)
  })
})
