// Guards: training on known truth finds what SAELens finds there, and an SAE that finds less is told so.
import { join } from 'node:path'
import { SafetensorsFile } from '@mistudio/formats'
import { groundTruthProblem } from '@mistudio/interp/saes'
import { describe, expect, it } from 'vitest'
import { readBands, TRUTH_FOLDER } from './bands.js'
import { trainOnTruth } from './train-on-truth.js'
import { verdict } from './verdict.js'

const bands = await readBands(join(TRUTH_FOLDER, 'bands.json'))
const problem = await groundTruthProblem(await SafetensorsFile.open(join(TRUTH_FOLDER, 'problem.safetensors')))
const band = bands.architectures['batchtopk']!

describe('the check on known truth', () => {
  it('finds the features as well as the reference does', async () => {
    const found = await trainOnTruth(bands, 'batchtopk', problem, { seed: 0, threads: 2, every: () => {} })
    expect(verdict('batchtopk', [found], band)).toMatchObject({ pass: true })
  })

  it('tells an SAE that was hardly trained', async () => {
    const found = await trainOnTruth({ ...bands, steps: 5 }, 'batchtopk', problem, {
      seed: 0,
      threads: 2,
      every: () => {},
    })
    expect(verdict('batchtopk', [found], band).pass).toBe(false)
  })

  it('ends when its caller ends it', async () => {
    const every = (done: number) => {
      if (done === 3) throw new Error('enough')
    }
    await expect(trainOnTruth(bands, 'topk', problem, { seed: 0, threads: 2, every })).rejects.toThrow('enough')
  })
})
