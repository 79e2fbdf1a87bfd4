// Crosscoders against their definition, written out site by site (Lindsey et al. 2024): a feature is the sum of what the encoders of the
// sites give, each site has its decoder, and the penalty weighs a feature by the sum of its decoder norms. And: scales of sites, files.
import { createOrtRuntime } from '@mistudio/onnx/ort'
import { describe, expect, it } from 'vitest'
import { Sae } from '../sae.js'
import { SiteFvu } from '../site-fvu.js'
import { denseCode } from '../sparse.js'
import { distance, largest } from '../testing.js'
import { initialParameters } from './initialise.js'
import { exportForInference } from './saving/export.js'
import { foldScaler } from './saving/fold.js'
import { scaled, siteScaler } from './scaler.js'
import { trainableSae } from './trainable.js'

const WIDTHS = [3, 5, 4]
const [D, F, T] = [12, 20, 30]
const runtime = createOrtRuntime({ threads: 1 })

/** Deterministic numbers between -1 and 1. */
function noise(count: number, seed: number): Float32Array {
  let state = seed
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 31 - 1
  })
}
const parametersOf = (sae: ReturnType<typeof trainableSae>) => {
  const parameters = initialParameters(sae, 3, { bDec: noise(D, 5) })
  for (const [n, name] of ['W_dec', 'W_enc', 'b_enc'].entries()) {
    // Gated ones have no b_enc.
    parameters[name]?.set(noise(parameters[name].length, 11 + n).map((value) => value * 0.7))
  }
  return parameters
}
/** One array per site of arrays with the sites side by side. */
const split = (values: Float32Array, rows: number): Float32Array[] => {
  let first = 0
  return WIDTHS.map((width) => {
    first += width
    return Float32Array.from(
      { length: rows * width },
      (_, at) => values[Math.floor(at / width) * D + first - width + (at % width)]!,
    )
  })
}

describe('a crosscoder', () => {
  const x = noise(T * D, 1).map((value, at) => value * (at % D < 3 ? 20 : 1))
  const batch = { tokens: T, x, target: x, dead: new Uint8Array(F), coefficients: { l1: 0.3 } }
  const cfg = { d_in: D, d_sae: F, site_widths: WIDTHS }

  it('is what its definition says, site by site', () => {
    const sae = trainableSae({ ...cfg, architecture: 'standard', apply_b_dec_to_input: false })
    const p = parametersOf(sae)
    const pass = sae.pass(p, batch)
    const [inputs, decoders] = [split(x, T), split(p['W_dec']!, F)]
    // W_enc is [d_in, d_sae]: the encoders of the sites lie below one another.
    const encoder = (site: number, i: number, j: number) =>
      p['W_enc']![(WIDTHS.slice(0, site).reduce((sum, width) => sum + width, 0) + i) * F + j]!
    let [l1, mse] = [0, 0]
    const fvu = new SiteFvu(WIDTHS)
    fvu.add(x, Float32Array.from(pass.out), () => true)
    const errors = WIDTHS.map(() => 0)
    for (let t = 0; t < T; t++) {
      const acts = Array.from({ length: F }, (_, j) => {
        let pre = p['b_enc']![j]!
        for (const [s, width] of WIDTHS.entries()) {
          for (let i = 0; i < width; i++) pre += inputs[s]![t * width + i]! * encoder(s, i, j)
        }
        return Math.max(0, pre)
      })
      let at = 0
      for (const [s, width] of WIDTHS.entries()) {
        for (let i = 0; i < width; i++, at++) {
          let out = p['b_dec']![at]!
          for (let j = 0; j < F; j++) out += acts[j]! * decoders[s]![j * width + i]!
          const error = (out - inputs[s]![t * width + i]!) ** 2
          mse += error / T
          errors[s]! += error / T
        }
      }
      for (let j = 0; j < F; j++) {
        for (const [s, width] of WIDTHS.entries()) {
          l1 += (0.3 / T) * acts[j]! * Math.hypot(...decoders[s]!.subarray(j * width, (j + 1) * width))
        }
      }
    }
    expect(pass.losses['mse_loss']! / mse).toBeCloseTo(1, 6)
    expect(pass.losses['l1_loss']! / l1).toBeCloseTo(1, 6)
    for (const [s, width] of WIDTHS.entries()) {
      const mean = Array.from({ length: width }, (_, i) => {
        let sum = 0
        for (let t = 0; t < T; t++) sum += inputs[s]![t * width + i]! / T
        return sum
      })
      const variance = inputs[s]!.reduce((sum, value, i) => sum + (value - mean[i % width]!) ** 2 / T, 0)
      expect(fvu.result()[s]! / (errors[s]! / variance)).toBeCloseTo(1, 5)
    }
  })

  it('brings each site to a mean norm of the root of its width', () => {
    const scaler = siteScaler(x, WIDTHS)
    for (const [s, values] of split(scaled(scaler, x), T).entries()) {
      const width = WIDTHS[s]!
      let norm = 0
      for (let t = 0; t < T; t++) norm += Math.hypot(...values.subarray(t * width, (t + 1) * width)) / T
      expect(norm).toBeCloseTo(Math.sqrt(width), 5)
    }
  })

  it.each([
    ['standard', {}, 'crosscoder'],
    ['gated', {}, 'gated_crosscoder'],
    ['jumprelu', {}, 'jumprelu_crosscoder'],
    ['topk', { k: 4 }, 'topk_crosscoder'],
    ['topk', { k: 4, rescale_acts_by_decoder_norm: false }, 'topk_crosscoder'],
    ['abstopk', { k: 4 }, 'abstopk_crosscoder'],
  ] as const)(
    '%s takes raw activations once its scales are folded in, and its file opens again',
    async (architecture, fields, name) => {
      const sae = trainableSae({ ...cfg, architecture, ...fields })
      const p = parametersOf(sae)
      const scaler = siteScaler(x, WIDTHS)
      const seen = scaled(scaler, x)
      const inside = sae.pass(p, { ...batch, x: seen, target: seen })
      const rescale = sae.cfg['rescale_acts_by_decoder_norm'] !== false && 'k' in fields
      const options = { architecture, dIn: D, dSae: F, applyBDec: true, rescale, siteWidths: WIDTHS }
      const folded = foldScaler(scaler, p, options)
      const exported = exportForInference({ ...sae.cfg, rescale_acts_by_decoder_norm: folded.rescale }, p)
      expect(exported.cfg).toMatchObject({ architecture: name, site_widths: WIDTHS, d_in: D })
      const source = {
        names: () => Object.keys(exported.tensors),
        info: (tensor: string) => ({ dtype: 'F32', shape: exported.tensors[tensor]!.shape }),
        float32: async (tensor: string) => exported.tensors[tensor]!.data,
      }
      const opened = await Sae.load(exported.cfg, source, runtime)
      expect(opened.siteWidths).toEqual(WIDTHS)
      const code = await opened.encode(x, T)
      expect(distance(denseCode(code, F), inside.acts)).toBeLessThan(1e-4 * largest(inside.acts))
      const out = scaled(scaler, opened.reconstruct(x, code))
      expect(distance(out, inside.out)).toBeLessThan(1e-4 * largest(inside.out))
      expect(() => opened.splice).toThrow('crosscoder')
      await opened.release()
      const wrong = { ...exported.cfg, site_widths: [3, 5] }
      await expect(Sae.load(wrong, source, runtime)).rejects.toMatchObject({ code: 'sae_invalid' })
    },
  )
})
