// What every engine of training steps must pass, whatever device it computes on. Run by the tests of each engine, with any runner:
// `for (const { name, run } of await conformsToTrainStep(engine, …)) it(name, run)`.
import { fileURLToPath } from 'node:url'
import type { StepEngine } from '../../train-step.js'
import { goldenChecks } from './against-goldens.js'
import { referenceChecks } from './against-reference.js'
import { behaviourChecks } from './behaviour.js'
import type { Check } from './checks.js'

export type { Check } from './checks.js'

export interface ConformanceOptions {
  readonly threads: number
  /** Folder of golden trainings; ours unless given. */
  readonly goldens?: string | undefined
  /** The engine is the reference itself, which has nothing but goldens and finite differences to be held against. */
  readonly isReference?: boolean
}

/** Golden trainings that come with this repository. */
const GOLDENS = new URL('../../../../../../fixtures/saes/train', import.meta.url)

/** Checks of the SAEs that the engine computes. */
export async function conformsToTrainStep(
  engine: StepEngine,
  { threads, goldens = fileURLToPath(GOLDENS), isReference = false }: ConformanceOptions,
): Promise<Check[]> {
  return [
    ...(await goldenChecks(engine, threads, goldens)),
    ...(isReference ? [] : referenceChecks(engine, threads)),
    ...behaviourChecks(engine, threads),
  ]
}
