import { describe, expect, it } from 'vitest'
import { constrainDecoder, type DecoderNormMode, projectDecoderGradient } from './decoder-norm.js'
import { initialParameters } from './initialise.js'
import type { Floats } from './math/linear.js'
import { trainableSae } from './trainable.js'
import { trainerState, trainStep } from './trainer.js'

const SHAPE = { rows: 3, width: 2, stride: 2 }
const norms = (w: Floats) => Array.from({ length: w.length / 2 }, (_, j) => Math.hypot(w[2 * j]!, w[2 * j + 1]!))

describe('lengths of decoder rows', () => {
  it('unit brings all to 1, at most one only the longer ones, and a row of zeros stays', () => {
    const start = [3, 4, 0.3, 0.4, 0, 0]
    const after = (mode: DecoderNormMode) => {
      const w = Float64Array.from(start)
      constrainDecoder(mode, w, SHAPE)
      return norms(w).map((norm) => Number(norm.toFixed(12)))
    }
    expect(after('unit')).toEqual([1, 1, 0])
    expect(after('at_most_one')).toEqual([1, 0.5, 0])
    expect(after('none')).toEqual([5, 0.5, 0])
  })

  it('the projected gradient is what a finite difference of the loss of normalised rows gives', () => {
    // A loss of the direction alone: its derivative by the row has no component along it.
    const w = Float64Array.of(0.6, 0.8, 1, 0, 0, -1)
    const pull = [2, -1, 0.5, 3, -1, 4]
    const loss = (rows: Float64Array) => {
      const unit = rows.slice()
      constrainDecoder('unit', unit, SHAPE)
      return unit.reduce((sum, value, i) => sum + value * pull[i]! + value ** 3, 0)
    }
    const gradient = w.map((value, i) => pull[i]! + 3 * value ** 2)
    projectDecoderGradient('unit', w, gradient, SHAPE)
    for (let i = 0; i < w.length; i++) {
      const [up, down] = [w.slice(), w.slice()]
      up[i]! += 1e-6
      down[i]! -= 1e-6
      expect(gradient[i]).toBeCloseTo((loss(up) - loss(down)) / 2e-6, 6)
    }
  })

  it.each(['unit', 'at_most_one'] as const)('%s holds after every step of a training', (decoderNorm) => {
    const sae = trainableSae({ architecture: 'topk', d_in: 2, d_sae: 8, k: 2, decoder_init_norm: 1 })
    const state = trainerState(sae, initialParameters(sae, 3))
    const x = Float64Array.from({ length: 40 }, (_, i) => Math.sin(7 * i) * 5)
    const learningRate = { main: 'constant', lr: 0.05, lrEnd: 0, cycles: 1, warmupSteps: 0, decaySteps: 0 } as const
    const options = {
      learningRate: { ...learningRate, totalSteps: 9 },
      clipGradNorm: 1,
      deadWindow: 3,
      decoderNorm,
      adam: { beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0 },
    }
    for (let n = 0; n < 5; n++) {
      trainStep(sae, options, state, x)
      const [least, largest] = [
        Math.min(...norms(state.parameters['W_dec']!)),
        Math.max(...norms(state.parameters['W_dec']!)),
      ]
      expect(largest).toBeLessThan(1 + 1e-6)
      if (decoderNorm === 'unit') expect(least).toBeGreaterThan(1 - 1e-6)
    }
  })
})
