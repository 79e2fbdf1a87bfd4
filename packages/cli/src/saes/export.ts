// Checks of an export case: our inference export and our folding of the training SAE against the folders SAELens wrote.
import { basename, dirname, join } from 'node:path'
import type { SafetensorsFile } from '@mistudio/formats'
import { MemoryTensors } from '@mistudio/formats'
import {
  deadFeatures,
  type ExportedSae,
  exportForInference,
  foldDecoderNorms,
  foldRefusal,
  foldScaler,
  logSparsity,
  parseSaeCfg,
  trainableSae,
  trainerState,
} from '@mistudio/interp/saes'
import { z } from 'zod'
import type { Check } from '../checks.js'
import { Checks } from './compare.js'
import { doubleTensors, floatTensors, openTensors, readJson } from './files.js'
import { FORWARD, outputsAgree } from './outputs.js'

/** Relative, for tensors that were only multiplied by norms. */
const FOLDED = 1e-6

const GoldenSchema = z.looseObject({
  topk_threshold: z.number().nullable(),
  same_features_active: z.boolean(),
  fold_W_dec_norm: z.string().optional(),
  topk_threshold_before_scale_fold: z.number().nullish(),
  scaling_factor: z.number().nullish(),
})
const AnySchema = z.looseObject({})

/** Checks of `export/<case>`. */
export async function* verifyExport(folder: string): AsyncGenerator<Check> {
  const checks = new Checks(`export/${basename(folder)}`)
  const golden = await readJson(join(folder, 'golden.json'), GoldenSchema)
  const cfg = await readJson(join(folder, 'training', 'cfg.json'), AnySchema)
  const parameters = await doubleTensors(await openTensors(folder, 'training', 'sae_weights.safetensors'))
  const { topk_threshold: stored, ...trained } = parameters
  const threshold = stored?.[0] ?? 0
  const io = await openTensors(folder, 'io.safetensors')
  yield checks.absolute('topk_threshold', [threshold], [golden.topk_threshold ?? 0], 0)
  if (golden.topk_threshold_before_scale_fold && golden.scaling_factor) {
    const before = golden.topk_threshold_before_scale_fold
    const scaler = { kind: 'scale', scale: golden.scaling_factor } as const
    const { thresholdFactor } = foldScaler(scaler, {}, foldOptions(cfg))
    yield checks.relative('topk_threshold after the fold', [before * thresholdFactor], [threshold], FOLDED)
  }

  const exported = exportForInference(cfg, trained, threshold)
  yield checks.equal(
    'inference cfg.json',
    exported.cfg,
    await readJson(join(folder, 'inference', 'cfg.json'), AnySchema),
  )
  yield* tensorsAgree(checks, 'inference', exported, await openTensors(folder, 'inference', 'sae_weights.safetensors'))
  yield* outputsAgree(checks, exported.cfg, new MemoryTensors(exported.tensors), io, 'inference.')

  const acts = await trainingAgrees(checks, cfg, trained, io)
  yield* acts.checks
  const inferred = await io.float32('inference.feature_acts')
  const same = inferred.every((value, at) => (value !== 0) === (acts.values[at] !== 0))
  yield checks.equal('same_features_active', same, golden.same_features_active)
  const refusal = foldRefusal(exported.cfg)
  if (golden.fold_W_dec_norm) {
    yield checks.equal('decoder norms can be folded', refusal === null, golden.fold_W_dec_norm === 'done')
  }
  if (refusal === null) yield* foldAgrees(checks, folder, exported, io)
  yield* sparsityAgrees(checks, folder)
}

const foldOptions = (cfg: z.infer<typeof AnySchema>) => ({
  architecture: String(cfg['architecture']),
  dIn: Number(cfg['d_in']),
  dSae: Number(cfg['d_sae']),
  applyBDec: cfg['apply_b_dec_to_input'] === true,
  rescale: cfg['rescale_acts_by_decoder_norm'] === true,
})

async function* tensorsAgree(
  checks: Checks,
  name: string,
  ours: ExportedSae,
  wanted: SafetensorsFile,
): AsyncGenerator<Check> {
  yield checks.equal(`${name} tensors`, Object.keys(ours.tensors).sort(), wanted.names())
  for (const tensor of wanted.names()) {
    const own = ours.tensors[tensor]
    yield checks.equal(`${name} ${tensor} shape`, own?.shape, wanted.info(tensor).shape)
    yield checks.relative(`${name} ${tensor}`, own?.data ?? [], await wanted.float32(tensor), FOLDED)
  }
}

/** The training SAE's own forward pass on the same tokens. */
async function trainingAgrees(
  checks: Checks,
  cfg: unknown,
  trained: Record<string, Float64Array>,
  io: SafetensorsFile,
): Promise<{ checks: Check[]; values: Float64Array }> {
  const sae = trainableSae(cfg)
  const x = await io.float64('x')
  const state = trainerState(sae, trained)
  sae.prepare(state.parameters)
  const dead = deadFeatures(state, 0)
  const tokens = x.length / sae.cfg.d_in
  const pass = sae.pass(state.parameters, { tokens, x, target: x, dead, coefficients: {} })
  const outputs = [['training.feature_acts', pass.acts] as const, ['training.sae_out', pass.out] as const]
  const found = outputs
    .filter(([name]) => io.has(name))
    .map(async ([name, values]) => checks.relative(name, values, await io.float32(name), FORWARD))
  return { values: pass.acts, checks: await Promise.all(found) }
}

async function* foldAgrees(
  checks: Checks,
  folder: string,
  exported: ExportedSae,
  io: SafetensorsFile,
): AsyncGenerator<Check> {
  const tensors = await floatTensors(await openTensors(folder, 'inference', 'sae_weights.safetensors'))
  foldDecoderNorms(tensors, parseSaeCfg(exported.cfg).d_sae)
  const shaped = Object.fromEntries(
    Object.entries(exported.tensors).map(([name, { shape }]) => [name, { shape, data: tensors[name]! }]),
  )
  const folded: ExportedSae = { cfg: exported.cfg, tensors: shaped }
  yield checks.equal('folded cfg.json', folded.cfg, await readJson(join(folder, 'folded', 'cfg.json'), AnySchema))
  yield* tensorsAgree(checks, 'folded', folded, await openTensors(folder, 'folded', 'sae_weights.safetensors'))
  yield* outputsAgree(checks, folded.cfg, new MemoryTensors(folded.tensors), io, 'folded.')
}

/** `sparsity.safetensors` against the firing counts of the training case of the same name, where that lies beside. */
async function* sparsityAgrees(checks: Checks, folder: string): AsyncGenerator<Check> {
  const beside = join(dirname(dirname(folder)), 'train', basename(folder), 'golden.safetensors')
  const golden = await openTensors(beside).catch(() => null)
  if (!golden) return
  const [steps, batch] = golden.info('x').shape
  const sparsity = logSparsity(await golden.float64('act_freq_scores.after10'), steps! * batch!)
  const wanted = await openTensors(folder, 'training', 'sparsity.safetensors')
  yield checks.absolute('sparsity', sparsity, await wanted.float32('sparsity'), 1e-5)
}
