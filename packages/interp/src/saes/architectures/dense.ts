// SAEs with any number of active features per token: standard (relu), gated and jumprelu.
import { readTensor } from '../tensors.js'
import type { SaeArchitecture } from './architecture.js'
import { readAffine } from './fields.js'

export const standard: SaeArchitecture = {
  name: 'standard',
  load: async (cfg, tensors) => ({ ...(await readAffine(cfg, tensors)), activation: { kind: 'relu' } }),
}

export const jumprelu: SaeArchitecture = {
  name: 'jumprelu',
  load: async (cfg, tensors) => ({
    ...(await readAffine(cfg, tensors)),
    activation: { kind: 'jumprelu', threshold: await readTensor(tensors, 'threshold', [cfg.d_sae]) },
  }),
}

export const gated: SaeArchitecture = {
  name: 'gated',
  async load(cfg, tensors) {
    const [gateBias, magnitude, bias] = await Promise.all(
      ['b_gate', 'r_mag', 'b_mag'].map((name) => readTensor(tensors, name, [cfg.d_sae])),
    )
    return {
      ...(await readAffine(cfg, tensors, { bias: false })),
      activation: { kind: 'gated', gateBias: gateBias!, scale: magnitude!.map(Math.exp), bias: bias! },
    }
  },
}
