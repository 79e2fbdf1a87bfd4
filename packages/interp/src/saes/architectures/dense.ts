// SAEs with any number of active features per token: standard (relu), gated and jumprelu.
import { readTensor } from '../tensors.js'
import type { AffineArchitecture } from './architecture.js'
import { readAffine } from './fields.js'

export const standard: AffineArchitecture = {
  name: 'standard',
  load: async (cfg, tensors, output) => ({ ...(await readAffine(cfg, tensors, output)), activation: { kind: 'relu' } }),
}

export const jumprelu: AffineArchitecture = {
  name: 'jumprelu',
  load: async (cfg, tensors, output) => ({
    ...(await readAffine(cfg, tensors, output)),
    activation: { kind: 'jumprelu', threshold: await readTensor(tensors, 'threshold', [cfg.d_sae]) },
  }),
}

export const gated: AffineArchitecture = {
  name: 'gated',
  async load(cfg, tensors, output) {
    const [gateBias, magnitude, bias] = await Promise.all(
      ['b_gate', 'r_mag', 'b_mag'].map((name) => readTensor(tensors, name, [cfg.d_sae])),
    )
    return {
      ...(await readAffine(cfg, tensors, { ...output, bias: false })),
      activation: { kind: 'gated', gateBias: gateBias!, scale: magnitude!.map(Math.exp), bias: bias! },
    }
  },
}
