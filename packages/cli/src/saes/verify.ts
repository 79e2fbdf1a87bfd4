// Finds golden SAE cases in a folder (a case, or any folder above) and checks each. A case is known by the files it holds.
import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Check } from '../checks.js'
import { Checks } from './compare.js'
import { verifyExport } from './export.js'
import { verifyInference } from './inference.js'
import { verifyMetrics } from './metrics.js'
import { verifySchedules } from './schedules.js'
import { verifySynthetic } from './synthetic.js'
import { verifyTraining } from './train.js'

interface CaseKind {
  /** Entries that only a folder of this kind has all of. */
  readonly entries: readonly string[]
  verify(folder: string): AsyncGenerator<Check>
}

const KINDS: readonly CaseKind[] = [
  { entries: ['params.safetensors', 'golden.safetensors', 'golden.json'], verify: verifyTraining },
  { entries: ['training', 'inference', 'io.safetensors'], verify: verifyExport },
  { entries: ['sae_weights.safetensors', 'io.safetensors'], verify: verifyInference },
  { entries: ['sae', 'golden.safetensors', 'golden.json'], verify: verifyMetrics },
  { entries: ['problem.safetensors', 'golden.json'], verify: verifySynthetic },
]

/** A case that is a file of its own. */
const SCHEDULES = 'schedules.json'

/** Checks of every case at or below `folder`. A case that cannot be checked at all gives one failed check with the reason. */
export async function* verifySaes(folder: string): AsyncGenerator<Check> {
  const entries = await readdir(folder, { withFileTypes: true })
  const names = new Set(entries.map(({ name }) => name))
  const kind = KINDS.find(({ entries: needed }) => needed.every((name) => names.has(name)))
  if (kind) {
    yield* guarded(kind, folder)
    return
  }
  if (names.has(SCHEDULES)) yield* guarded({ entries: [], verify: verifySchedules }, join(folder, SCHEDULES))
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.isDirectory()) yield* verifySaes(join(folder, entry.name))
  }
}

async function* guarded(kind: CaseKind, folder: string): AsyncGenerator<Check> {
  try {
    yield* kind.verify(folder)
  } catch (error) {
    yield new Checks(basename(folder)).broken('the case can be checked', error)
  }
}
