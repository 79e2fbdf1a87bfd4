// Finds golden SAE cases in a folder (a case, or any folder above) and checks each.
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Check } from '../checks.js'
import { verifyInference } from './inference.js'
import { verifyTraining } from './train.js'

/** Checks of every case at or below `folder`. */
export async function* verifySaes(folder: string): AsyncGenerator<Check> {
  const entries = await readdir(folder, { withFileTypes: true })
  const names = new Set(entries.map(({ name }) => name))
  if (names.has('params.safetensors') && names.has('golden.safetensors')) {
    yield* verifyTraining(folder)
    return
  }
  if (names.has('io.safetensors') && names.has('sae_weights.safetensors')) {
    yield* verifyInference(folder)
    return
  }
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.isDirectory()) yield* verifySaes(join(folder, entry.name))
  }
}
