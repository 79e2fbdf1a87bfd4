// Imports: every SAELens inference file against SAELens's own outputs, and whole jobs on the demo model with SAEs whose figures are known.
import { existsSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SaeCheckSchema } from '@mistudio/contracts'
import { readSaeLensFolder, SAELENS_VERSION, SafetensorsFile } from '@mistudio/formats'
import { denseCode, Sae } from '@mistudio/interp/saes'
import { afterAll, describe, expect, it } from 'vitest'
import { saeStore } from '../features/index.js'
import { DEMO, type Ran, refusalOf, usePipelines } from '../hub/testing/pipelines.js'
import { QUICK, useRig } from '../hub/testing/rig.js'
import { modelStore } from '../models/model-store.js'
import { runtime } from '../runtime/index.js'
import { checkSaePipeline } from './check.pipeline.js'
import { importSaePipelineWith } from './import.pipeline.js'
import { inspectFolder } from './inspect.pipeline.js'
import { openSaeFiles } from './open-files.js'
import { storeSae } from './store-files.js'
import { fixture, importRow, newFolder, SITE, WIDTH, writeMirror } from './testing.js'

const rig = useRig()
const world = usePipelines(rig)
const importSae = importSaePipelineWith(QUICK)
afterAll(async () => {
  await saeStore.release()
  await modelStore.release()
})

const CASES = (await readdir(fixture('inference'))).sort()

const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  a.length === b.length
    ? Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0)
    : Infinity

it('there are SAELens files to import', () => expect(CASES.length).toBeGreaterThan(20))

describe.each(CASES)('SAELens inference file %s', (name) => {
  it('opens through the import path and encodes as SAELens does', async () => {
    const source = fixture(`inference/${name}`)
    const target = join(rig.folder, `stored-${name}`)
    const files = await openSaeFiles(source, source)
    const said = files.cfg.metadata.hook_name ?? SITE
    await storeSae(target, files, source, { site: said, siteOut: null }, () => undefined)
    const { cfg, weights } = await readSaeLensFolder(target)
    const sae = await Sae.load(cfg, weights, runtime, { threads: 1 })
    const io = await SafetensorsFile.open(join(source, 'io.safetensors'))
    const { shape } = io.info('x')
    const x = await io.float32('x')
    const tokens = x.length / sae.dIn
    const seq = shape.length === 3 ? shape[1]! : tokens
    const acts = await io.float32('feature_acts')
    const found = denseCode(await sae.encode(x, tokens, { seq }), sae.dSae)
    const most = acts.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0)
    expect(distance(found, acts)).toBeLessThan(2e-5 * most)
    await sae.release()
  })
})

describe('a file of SAELens before 6', () => {
  it('that was fine-tuned is stored with its factor in the decoder, and opens as any other', async () => {
    const source = fixture('legacy/fine_tuned')
    const target = join(rig.folder, 'stored-fine-tuned')
    await storeSae(target, await openSaeFiles(source, source), source, { site: SITE, siteOut: null }, () => undefined)
    const { cfg, weights } = await readSaeLensFolder(target)
    const file = await SafetensorsFile.open(join(source, 'sae_weights.safetensors'))
    const [wDec, factor] = await Promise.all(['W_dec', 'finetuning_scaling_factor'].map((name) => file.float32(name)))
    const width = wDec!.length / factor!.length
    expect(weights.names()).toEqual(['W_dec', 'W_enc', 'b_dec', 'b_enc'])
    // What is written is in today's format, whatever the source was; only its training keeps the source's version.
    expect(cfg.metadata).toMatchObject({ sae_lens_version: SAELENS_VERSION, sae_lens_training_version: '3.4.0' })
    expect(
      distance(
        await weights.float32('W_dec'),
        wDec!.map((value, at) => value * factor![Math.floor(at / width)]!),
      ),
    ).toBe(0)
    await (await Sae.load(cfg, weights, runtime, { threads: 1 })).release()
  })

  it('is refused by inspection where it names another activation function', async () => {
    await expect(inspectFolder(fixture('legacy/tanh_relu'))).rejects.toMatchObject({
      code: 'sae_unsupported',
      message: expect.stringContaining('tanh-relu'),
    })
  })
})

const row = async (id: string) => {
  const { rows } = await world.db.query('SELECT * FROM sae WHERE id = $1', [id])
  return rows[0] as Record<string, unknown>
}
const checkOf = async (id: string) => SaeCheckSchema.parse((await row(id))['check'])

describe('an import', () => {
  it('of an SAE that gives its input back fits, with FVU 0 and all of CE recovered', async () => {
    const origin = { kind: 'folder' as const, path: await writeMirror(await newFolder(rig.folder)) }
    const params = await importRow(world.db, origin, DEMO)
    const { outcome } = await world.run(importSae, params)
    expect(outcome).toMatchObject({ state: 'completed', result: { verdict: 'fits' } })
    expect(await row(params.saeId)).toMatchObject({
      architecture: 'standard',
      d_in: WIDTH,
      d_sae: 2 * WIDTH,
      layout: 'saelens',
      context_size: 256,
    })
    expect((await row(params.saeId))['ready_at']).not.toBeNull()
    const check = await checkOf(params.saeId)
    expect(check.figures.fvu.value).toBeLessThan(1e-9)
    expect(check.figures.ceRecovered.value).toBeCloseTo(1, 6)
    expect(check.figures.explainedVarianceLegacy.value).toBeCloseTo(1, 9)
    // One feature of each pair fires, but for values of exactly 0.
    expect(check.figures.l0.value).toBeCloseTo(WIDTH, 0)
    expect(check.text).toMatchObject({ tokenizationId: null, contextSize: 64, tokens: check.text.contexts * 63 })
    expect(check.trials).toEqual([])
    const sparsity = await SafetensorsFile.open(join(world.dataDir, 'saes', params.saeId, 'sparsity.safetensors'))
    expect(sparsity.header.metadata['tokens']).toBe(String(check.text.tokens))
    const again = await world.run(checkSaePipeline, { ...params, site: SITE })
    expect(again.outcome).toMatchObject({ result: { verdict: 'fits' } })
  })

  it('of an SAE with a reconstruction ten times too large does not fit: FVU 81', async () => {
    const origin = { kind: 'folder' as const, path: await writeMirror(await newFolder(rig.folder), { gain: 10 }) }
    const params = await importRow(world.db, origin, DEMO)
    const { outcome } = await world.run(importSae, params)
    expect(outcome).toMatchObject({ state: 'completed', result: { verdict: 'does_not_fit' } })
    const { figures, reasons, trials } = await checkOf(params.saeId)
    // ‖9x‖² / variance: at least 81, more where the mean is not 0.
    expect(figures.fvu.value).toBeGreaterThanOrEqual(81)
    expect(reasons.map(({ kind }) => kind)).toContain('fvu')
    expect(trials.some(({ kind }) => kind === 'site')).toBe(true)
  })

  it('names the scale that an unfolded SAE expects', async () => {
    // Activations of the demo are small beside √d: thresholds of 0.3 silence them unless they are scaled up.
    const kwargs = { model_from_pretrained_kwargs: { center_writing_weights: true, fold_ln: false } }
    const metadata = { hook_name: SITE, sae_lens_version: '6.5.0', prepend_bos: true, ...kwargs }
    const path = await writeMirror(await newFolder(rig.folder), { threshold: 0.3, cfg: { metadata } })
    const params = await importRow(world.db, { kind: 'folder', path }, DEMO, { site: 'blocks.0.hook_resid_pre' })
    await world.run(importSae, params)
    const { reasons, trials, figures, notes } = await checkOf(params.saeId)
    expect(figures.inputNorm.value).toBeLessThan(Math.sqrt(WIDTH))
    const scale = trials.find(({ kind }) => kind === 'scale')
    expect(scale?.fvu).toBeLessThan(0.5 * (figures.fvu.value ?? 0))
    expect(reasons.map(({ kind }) => kind)).toContain('scale')
    expect(notes.join()).toContain(`Its files say ${SITE}`)
    expect(notes.join()).toContain('loaded with center_writing_weights (TransformerLens)')
  })

  it('is refused with both widths when the SAE is of another model', async () => {
    const params = await importRow(world.db, { kind: 'folder', path: fixture('inference/topk') }, DEMO)
    expect(await refusalOf(world.run(importSae, params))).toMatch(/^sae_invalid: .*d_in 24.*128 values at blocks\.1/)
    expect((await row(params.saeId))['ready_at']).toBeNull()
    expect(await readdir(join(world.dataDir, 'saes')).catch(() => [])).toEqual([])
  })

  it('refuses pickles and says what to do', async () => {
    const path = await newFolder(rig.folder)
    await writeFile(join(path, 'ae.pt'), 'x')
    const params = await importRow(world.db, { kind: 'folder', path }, DEMO)
    expect(await refusalOf(world.run(importSae, params))).toMatch(/^sae_unsupported: .*pickle.*save_inference_model/s)
  })

  it('goes on with the check when the files were written before it was killed', async () => {
    const path = await writeMirror(await newFolder(rig.folder))
    const params = await importRow(world.db, { kind: 'folder', path }, DEMO)
    const stored = join(world.dataDir, 'saes', params.saeId)
    const suspended = await world.run(importSae, params, () => (existsSync(stored) ? 'suspend' : 'run'))
    expect(suspended.outcome.state).toBe('suspended')
    expect((await row(params.saeId))['ready_at']).toBeNull()
    const { outcome } = await world.run(importSae, params)
    expect(outcome).toMatchObject({ state: 'completed', result: { verdict: 'fits' } })
  })
})

describe('from the hub', () => {
  const inRepo = 'layer_1/width_1k/average_l0_60'
  async function repo(name: string): Promise<{ commit: string }> {
    const folder = await writeMirror(await newFolder(rig.folder))
    const files: Record<string, Uint8Array> = {}
    for (const file of ['cfg.json', 'sae_weights.safetensors'])
      files[`${SITE}/${file}`] = await readFile(join(folder, file))
    files['pickled/ae.pt'] = Buffer.from('x')
    return rig.hub.add({ name, files })
  }
  const origin = (name: string, commit: string, path: string) => ({
    kind: 'hub' as const,
    repo: name,
    revision: 'main',
    commit,
    path,
  })

  it('only the files of the folder are fetched, and none is left beside the SAE', async () => {
    const { commit } = await repo('lab/saes')
    const params = await importRow(world.db, origin('lab/saes', commit, SITE), DEMO)
    const { outcome } = await world.run(importSae, params)
    expect(outcome).toMatchObject({ state: 'completed', result: { verdict: 'fits' } })
    const fetched = rig.hub.seen
      .filter(({ path }) => path.includes('/resolve/'))
      .map(({ path }) => path.split('/').at(-1))
    expect(new Set(fetched)).toEqual(new Set(['cfg.json', 'sae_weights.safetensors']))
    expect(await readdir(join(world.dataDir, 'sae-sources'))).toEqual([])
  })

  it('a cancelled download leaves no file and no SAE', async () => {
    const { commit } = await repo('lab/slow')
    rig.hub.fault = ({ host }) => (host === 'storage' ? { kind: 'slow', chunkBytes: 1024, everyMs: 20 } : null)
    const params = await importRow(world.db, origin('lab/slow', commit, SITE), DEMO)
    let storage = 0
    const ran: Ran = await world.run(importSae, params, () => {
      if (rig.hub.seen.some(({ host }) => host === 'storage')) storage++
      return storage > 2 ? 'cancel' : 'run'
    })
    expect(ran.outcome.state).toBe('cancelled')
    expect((await row(params.saeId))['ready_at']).toBeNull()
    for (const room of ['sae-sources', 'saes']) {
      expect(await readdir(join(world.dataDir, room)).catch(() => [])).toEqual([])
    }
  })

  it('a folder without an SAE says what is there, a pickle says what to do', async () => {
    const { commit } = await repo('lab/other')
    const wrong = await importRow(world.db, origin('lab/other', commit, inRepo), DEMO)
    expect(await refusalOf(world.run(importSae, wrong))).toContain(`1 SAE folders, for example ${SITE}`)
    const pickled = await importRow(world.db, origin('lab/other', commit, 'pickled'), DEMO)
    expect(await refusalOf(world.run(importSae, pickled))).toMatch(
      /^sae_unsupported: .*pickled\/ae\.pt.*save_inference_model/s,
    )
  })
})
