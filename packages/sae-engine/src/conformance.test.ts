// The sharded step against everything a training step must do, on one to three threads, on lists of entries and on dense products.
// Another folder of golden trainings: SAE_TRAIN_GOLDENS=FOLDER. Another device for the dense products: SAE_TRAIN_PROVIDER=cuda.

import { conformsToTrainStep } from '@mistudio/interp/conformance'
import type { StepEngine } from '@mistudio/interp/saes'
import { parseProvider } from '@mistudio/onnx/ort'
import { describe, it } from 'vitest'
import type { Way } from './layout/layout.js'
import { shardPlan } from './plan/plan.js'
import type { ShardPlan } from './plan/types.js'
import { ShardedStep, shardedEngine } from './sharded-step.js'

const provider = parseProvider(process.env['SAE_TRAIN_PROVIDER'] ?? 'cpu')
const goldens = process.env['SAE_TRAIN_GOLDENS']

/** `way`: forced, for the architectures that can go either. */
const engine = (way?: Way): StepEngine => ({
  ...shardedEngine,
  trains: (sae) => (way ? hasWays(shardPlan(sae)) : shardedEngine.trains(sae)),
  open: (request) => ShardedStep.open({ ...request, provider, ...(way ? { way } : {}) }),
})
const hasWays = (plan: ShardPlan | null): boolean => plan !== null && plan.kind !== 'topk'

const VARIANTS = [
  { name: 'one thread', threads: 1, engine: engine() },
  { name: 'two threads', threads: 2, engine: engine() },
  { name: 'three threads, lists of entries', threads: 3, engine: engine('sparse') },
  { name: 'three threads, dense products', threads: 3, engine: engine('dense') },
]

for (const { name, threads, engine } of VARIANTS) {
  const checks = await conformsToTrainStep(engine, { threads, goldens })
  describe(`sharded on ${name}`, () => {
    it.each(checks.map(({ name, run }) => [name, run] as const))('%s', (_, run) => run())
  })
}
