// Crosscoders on the demo model: figures against a plain computation from the saved file and the model, and the same bits after kills.
import { join } from 'node:path'
import { readSaeLensFolder, TokenReader } from '@mistudio/formats'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as setup from '../extractions/testing.js'
import { saeStore } from '../features/index.js'
import { modelStore } from '../models/model-store.js'
import { endings, go, killedAfter, paramsOf, SIZE, TrainingWorld } from './testing/world.js'

const EARLY = 'blocks.1.hook_resid_post'
const MLP = 'blocks.3.hook_mlp_out'
const SITES = [setup.SITE, EARLY, MLP]
const CASES: readonly (readonly [string, Record<string, unknown>, string])[] = [
  ['standard', { l1Coefficient: 0.01, normalizeActivations: 'expected_average_only_in' }, 'crosscoder'],
  ['topk', { k: 8 }, 'topk_crosscoder'],
  ['batchtopk', { k: 8, thresholdRate: 0.3, normalizeActivations: 'expected_average_only_in' }, 'jumprelu_crosscoder'],
]

describe.skipIf(!setup.databaseUrl)('crosscoders', () => {
  let world: TrainingWorld
  beforeAll(async () => {
    world = await TrainingWorld.open()
  })
  afterAll(() => world.close())
  const paramsFor = (architecture: string, options: Record<string, unknown>) =>
    paramsOf({ architecture, moreSites: [EARLY, MLP], learningRate: 0.003, ...options })

  it.each(CASES)(
    '%s: reports what its file does at every site, spliced into all of them',
    async (kind, options, saved) => {
      const { run, stored, outcomes } = await world.train(await world.insert(paramsFor(kind, options)))
      expect(endings(outcomes)).toEqual(['completed'])
      const { saeId, trainingId } = run.members[0]!
      const folder = join(world.dataDir, 'saes', saeId)
      const { cfg } = await readSaeLensFolder(folder)
      expect(cfg).toMatchObject({
        architecture: saved,
        d_in: 384,
        d_sae: 256,
        site_widths: [128, 128, 128],
        metadata: { hook_name: setup.SITE, hook_names: SITES },
      })
      expect(await world.row('sae', saeId)).toMatchObject({ site: setup.SITE, sites: SITES, architecture: saved })
      const figures = await plainFigures(folder)
      const { summary } = await world.row('run', trainingId)
      expect(summary.sites.map(({ site }: { site: string }) => site)).toEqual(SITES)
      for (const [n, fvu] of figures.fvu.entries()) {
        expect(stored.get(`heldout_fvu_site_${n + 1}@24`)! / fvu).toBeCloseTo(1, 3)
        expect(summary.sites[n].fvu).toBe(stored.get(`heldout_fvu_site_${n + 1}@24`))
      }
      expect(summary.fvu / figures.whole).toBeCloseTo(1, 3)
      expect(summary.ceSae).toBeCloseTo(figures.ceSae, 3)
      expect(summary.ceZero).toBeCloseTo(figures.ceZero, 3)
      expect(stored.get('mse@24')).toBeLessThan(stored.get('mse@2')!)
    },
  )

  /** FVU per site and over all, and losses with all sites replaced but at BOS, on the held-out text of 256 tokens without BOS. */
  async function plainFigures(folder: string) {
    const sae = await saeStore.open(folder, 2)
    const tokens = await TokenReader.open(join(world.dataDir, 'tokenizations', world.subjects.tokenizationId))
    const { model } = await modelStore.open(setup.MODEL_PATH, 2, 'float32')
    const count = 256 / SIZE
    const batch = { tokens: tokens.read(tokens.trainContexts, count), batch: count, seq: SIZE }
    const bos = tokens.bosTokenId
    await tokens.close()
    const { captured } = await model.forward(batch, { capture: SITES })
    const x = new Float32Array(256 * 384)
    for (let t = 0; t < 256; t++) {
      for (const [s, site] of SITES.entries())
        x.set(captured[site]!.subarray(t * 128, (t + 1) * 128), t * 384 + s * 128)
    }
    const out = sae.reconstruct(x, await sae.encode(x, 256))
    const rows = Array.from({ length: 256 }, (_, t) => t).filter((t) => batch.tokens[t] !== bos)
    const share = (from: number, to: number) => {
      let [error, variance] = [0, 0]
      for (let i = from; i < to; i++) {
        const mean = rows.reduce((sum, t) => sum + x[t * 384 + i]! / rows.length, 0)
        for (const t of rows) {
          error += (x[t * 384 + i]! - out[t * 384 + i]!) ** 2
          variance += (x[t * 384 + i]! - mean) ** 2
        }
      }
      return error / variance
    }
    const loss = async (values: Float32Array): Promise<number> => {
      const edits = SITES.map((site, s) => {
        const value = new Float32Array(256 * 128)
        for (let t = 0; t < 256; t++) value.set(values.subarray(t * 384 + s * 128, t * 384 + (s + 1) * 128), t * 128)
        return { site, kind: 'replace' as const, value }
      })
      const losses = await model.loss(batch, edits)
      const counted = rows.filter((t) => t % SIZE < SIZE - 1)
      return (
        counted.reduce((sum, t) => sum + losses[Math.floor(t / SIZE) * (SIZE - 1) + (t % SIZE)]!, 0) / counted.length
      )
    }
    const spliced = x.slice()
    for (const t of rows) spliced.set(out.subarray(t * 384, (t + 1) * 384), t * 384)
    return {
      fvu: SITES.map((_, s) => share(s * 128, (s + 1) * 128)),
      whole: share(0, 384),
      ceSae: await loss(spliced),
      ceZero: await loss(new Float32Array(x.length)),
    }
  }

  it('ends with the same bits after kills', async () => {
    const params = paramsFor('batchtopk', { k: 8, normalizeActivations: 'expected_average_only_in' })
    const whole = await world.train(await world.insert(params))
    const broken = await world.train(await world.insert(params), [
      killedAfter(6),
      (rows) => (rows > 2 ? 'suspend' : 'run'),
      go,
    ])
    expect(endings(broken.outcomes)).toEqual(['killed', 'suspended', 'completed'])
    expect(broken.conflicts).toEqual([])
    expect(broken.stored).toEqual(whole.stored)
    expect(world.weights(broken.run).equals(world.weights(whole.run))).toBe(true)
  })
})
