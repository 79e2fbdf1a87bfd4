// The reference against SAELens's trainings, and the manners of a training step.
import { describe, it } from 'vitest'
import { referenceEngine } from '../reference-step.js'
import { conformsToTrainStep } from './index.js'

const checks = await conformsToTrainStep(referenceEngine, {
  threads: 1,
  goldens: process.env['SAE_TRAIN_GOLDENS'],
  isReference: true,
})

describe('the reference', () => {
  it.each(checks.map(({ name, run }) => [name, run] as const))('%s', (_, run) => run())
})
