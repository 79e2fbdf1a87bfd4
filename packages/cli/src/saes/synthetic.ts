// Checks of the ground-truth problem: the scores of every SAE in the folder, and their intermediate results.

import { basename, join } from 'node:path'
import { MemoryTensors } from '@mistudio/formats'
import { type GroundTruthProblem, groundTruthProblem, scoreOnGroundTruth } from '@mistudio/interp/saes'
import { createOrtRuntime } from '@mistudio/onnx/ort'
import { z } from 'zod'
import type { Check } from '../checks.js'
import { Checks } from './compare.js'
import { openTensors, readJson } from './files.js'
import { TrainerSchema, trainAgain } from './retrain.js'

/** Absolute, for a whole run of hundreds of steps made again: rounding differs, the course of the run does not. */
const RUN = 5e-3
/** Absolute: the library computes in float32. */
const SCORE = 1e-5

const ort = () => createOrtRuntime({ threads: 1 })

const ScoreSchema = z.looseObject({
  true_l0: z.number(),
  sae_l0: z.number(),
  dead_latents: z.int(),
  shrinkage: z.number(),
  explained_variance: z.number(),
  mcc: z.number(),
  uniqueness: z.number(),
  classification: z.looseObject({
    precision: z.number(),
    recall: z.number(),
    f1_score: z.number(),
    accuracy: z.number(),
  }),
})
const GoldenSchema = z.looseObject({
  results: z.record(z.string(), z.looseObject({ trained_score: ScoreSchema, trainer: TrainerSchema.optional() })),
})

/** Checks of `synthetic`. */
export async function* verifySynthetic(folder: string): AsyncGenerator<Check> {
  const golden = await readJson(join(folder, 'golden.json'), GoldenSchema)
  const problem = await groundTruthProblem(await openTensors(folder, 'problem.safetensors'))
  const generated = new Checks(basename(folder))
  yield* samplesAgree(generated, problem)
  for (const [name, { trained_score: wanted, trainer }] of Object.entries(golden.results)) {
    const checks = new Checks(`${basename(folder)}/${name}`)
    yield* scoresAgree(
      checks,
      join(folder, name, 'trained'),
      join(folder, `score_${name}.safetensors`),
      problem,
      wanted,
    )
    if (trainer) yield* runAgrees(checks, join(folder, name), trainer, problem, wanted)
  }
}

/** Training from the same start gives an SAE with the same scores. */
async function* runAgrees(
  checks: Checks,
  folder: string,
  trainer: z.infer<typeof TrainerSchema>,
  problem: GroundTruthProblem,
  wanted: z.infer<typeof ScoreSchema>,
): AsyncGenerator<Check> {
  const { exported } = await trainAgain(join(folder, 'start'), trainer, problem.x)
  const { scores, detection } = await scoreOnGroundTruth(
    exported.cfg,
    new MemoryTensors(exported.tensors),
    problem,
    ort(),
  )
  for (const name of ['mcc', 'explained_variance', 'sae_l0', 'shrinkage', 'uniqueness'] as const) {
    yield checks.absolute(`trained again: ${name}`, [scores[name]], [wanted[name]], RUN)
  }
  yield checks.absolute('trained again: f1_score', [detection.f1], [wanted.classification.f1_score], RUN)
}

/** x = acts · vectors + bias. */
async function* samplesAgree(
  checks: Checks,
  { x, vectors, acts, bias, d, samples }: GroundTruthProblem,
): AsyncGenerator<Check> {
  const features = vectors.length / d
  const ours = new Float64Array(x.length)
  for (let n = 0; n < samples; n++) {
    for (let i = 0; i < d; i++) ours[n * d + i] = bias[i]!
    for (let f = 0; f < features; f++) {
      const value = acts[n * features + f]!
      if (value !== 0) for (let i = 0; i < d; i++) ours[n * d + i]! += value * vectors[f * d + i]!
    }
  }
  yield checks.relative('x = acts · features + bias', ours, x, SCORE)
}

async function* scoresAgree(
  checks: Checks,
  saeFolder: string,
  scoreFile: string,
  problem: GroundTruthProblem,
  wanted: z.infer<typeof ScoreSchema>,
): AsyncGenerator<Check> {
  const weights = await openTensors(saeFolder, 'sae_weights.safetensors')
  const cfg = await readJson(join(saeFolder, 'cfg.json'), z.looseObject({}))
  const { match, detection, scores } = await scoreOnGroundTruth(cfg, weights, problem, ort())
  for (const [name, value] of Object.entries(scores)) {
    yield checks.absolute(name, [value], [wanted[name as keyof typeof scores]], SCORE)
  }
  const { precision, recall, f1, accuracy } = detection
  for (const [name, value] of Object.entries({ precision, recall, f1_score: f1, accuracy })) {
    yield checks.absolute(name, [value], [wanted.classification[name as 'precision']], SCORE)
  }
  const file = await openTensors(scoreFile)
  yield checks.absolute('abs_cosine', match.absCosine, await file.float32('abs_cosine'), SCORE)
  yield checks.absolute('best_match', match.bestMatch, await file.float32('best_match'), 0)
  for (const count of ['tp', 'fp', 'fn', 'tn'] as const) {
    yield checks.absolute(count, detection[count], await file.float32(count), 0)
  }
  const [latents, features] = [await file.float32('assignment.latent'), await file.float32('assignment.feature')]
  const pairs = Array.from(latents, (latent, n) => [latent, features[n]]).sort((a, b) => a[0]! - b[0]!)
  yield checks.equal('assignment', match.assignment, pairs)
}
