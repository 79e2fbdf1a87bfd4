// Checks of an inference case: outputs, reading of old configurations, and folded decoder norms.
import { basename, join } from 'node:path'
import { modernCfg } from '@mistudio/interp/saes'
import { z } from 'zod'
import type { Check } from '../checks.js'
import { Checks } from './compare.js'
import { namesUnder, openTensors, readJson } from './files.js'
import { foldedAgrees } from './fold.js'
import { outputsAgree } from './outputs.js'

const GoldenSchema = z.looseObject({ read_as: z.looseObject({}).optional() })

/** Checks of `inference/<case>`. */
export async function* verifyInference(folder: string): AsyncGenerator<Check> {
  const checks = new Checks(`inference/${basename(folder)}`)
  const cfg = await readJson(join(folder, 'cfg.json'), z.looseObject({}))
  const golden = await readJson(join(folder, 'golden.json'), GoldenSchema)
  const io = await openTensors(folder, 'io.safetensors')
  yield* outputsAgree(checks, cfg, await openTensors(folder, 'sae_weights.safetensors'), io, '')
  if (golden.read_as) yield* legacyAgrees(checks, cfg, golden.read_as)
  if (namesUnder(io, 'folded.').length > 0) yield* foldedAgrees(checks, folder, cfg, io)
}

/** Keys that the library's reader adds by itself: its own version, and a link to a site. */
const ADDED = ['sae_lens_version', 'neuronpedia_id']

function* legacyAgrees(checks: Checks, cfg: unknown, readAs: Record<string, unknown>): Generator<Check> {
  const ours = z.looseObject({ metadata: z.looseObject({}) }).parse(modernCfg(cfg))
  const { metadata, ...own } = readAs
  const wanted = Object.entries(z.looseObject({}).parse(metadata)).filter(([key]) => !ADDED.includes(key))
  for (const [key, value] of Object.entries(own)) yield checks.equal(`read as ${key}`, ours[key], value)
  for (const [key, value] of wanted) yield checks.equal(`read as metadata.${key}`, ours.metadata[key], value)
}
