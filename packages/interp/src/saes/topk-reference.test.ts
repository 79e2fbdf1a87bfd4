// The float64 reference step against finite differences and against SAELens's float64 run.
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { distance, fixtureJson, fixtureTensors, largest } from './testing.js'
import { type TopkParameters, topkForward, topkGradients } from './topk-reference.js'

const CASES = ['topk_rescale', 'topk_norescale_nobdec', 'topk_no_dead']
const KEYS = ['W_enc', 'W_dec', 'b_enc', 'b_dec'] as const
const CfgSchema = z.looseObject({
  ...{ d_in: z.int(), d_sae: z.int(), k: z.int(), aux_loss_coefficient: z.number() },
  ...{ apply_b_dec_to_input: z.boolean(), rescale_acts_by_decoder_norm: z.boolean() },
})

async function load(name: string) {
  const cfg = CfgSchema.parse(await fixtureJson(`train/${name}/cfg.json`))
  const file = await fixtureTensors(`train/${name}/params.safetensors`)
  const golden = await fixtureTensors(`train/${name}/golden.safetensors`)
  const entries = await Promise.all(KEYS.map(async (key) => [key, await file.float64(key)] as const))
  const config = {
    ...{ dIn: cfg.d_in, dSae: cfg.d_sae, k: cfg.k, auxCoefficient: cfg.aux_loss_coefficient },
    ...{ applyBDecToInput: cfg.apply_b_dec_to_input, rescaleByDecoderNorm: cfg.rescale_acts_by_decoder_norm },
  }
  const x = (await golden.float64('x')).subarray(0, 64 * cfg.d_in)
  const dead = Array.from(await golden.float64('dead_neuron_mask'), (value) => value !== 0)
  return { config, p: Object.fromEntries(entries) as unknown as TopkParameters, golden, x, dead }
}

describe.each(CASES)('%s', (name) => {
  it('gives the losses and gradients of SAELens in float64', async () => {
    const { config, p, golden, x, dead } = await load(name)
    const forward = topkForward(config, p, x, dead)
    const pre = await golden.float64('step0.hidden_pre')
    const acts = await golden.float64('step0.feature_acts')
    expect(distance(forward.pre, pre)).toBeLessThan(2e-5 * largest(pre))
    expect(distance(forward.acts, acts)).toBeLessThan(2e-5 * largest(acts))
    expect(forward.mse / (await golden.float64('f64.loss.mse_loss'))[0]!).toBeCloseTo(1, 9)
    const aux = (await golden.float64('f64.loss.auxiliary_reconstruction_loss'))[0]!
    expect(Math.abs(forward.aux - aux)).toBeLessThanOrEqual(1e-9 * Math.max(1, aux))
    const gradients = topkGradients(config, p, x, forward)
    for (const key of KEYS) {
      const wanted = await golden.float64(`f64.grad.${key}`)
      expect(distance(gradients[key], wanted), key).toBeLessThan(1e-10 * largest(wanted))
    }
  })

  it('agrees with finite differences of the full formula, decoder norms included', async () => {
    const { config, p, x: all, dead } = await load(name)
    const x = all.slice(0, 8 * config.dIn)
    const forward = topkForward(config, p, x, dead)
    const residual = x.map((value, i) => value - forward.out[i]!)
    const gradients = topkGradients(config, p, x, forward)
    const loss = () => {
      const moved = topkForward(config, p, x, dead, residual)
      return moved.mse + moved.aux
    }
    for (const key of KEYS) {
      const scale = largest(gradients[key])
      for (let n = 0; n < 12; n++) {
        const i = (n * 7919) % p[key].length
        const held = p[key][i]!
        const h = 1e-6
        p[key][i] = held + h
        const up = loss()
        p[key][i] = held - h
        const down = loss()
        p[key][i] = held
        expect(Math.abs((up - down) / (2 * h) - gradients[key][i]!), `${key}[${i}]`).toBeLessThan(
          1e-6 * Math.max(1, scale),
        )
      }
    }
  })
})
