// SAEs with any number of active features per token: standard (relu), gated and jumprelu.
import { readTensor } from '../tensors.js'
import type { AffineArchitecture } from './architecture.js'
import { AFFINE_TENSORS, NoFieldsSchema, readAffine } from './fields.js'

export const standard: AffineArchitecture = {
  name: 'standard',
  schema: NoFieldsSchema,
  tensors: () => AFFINE_TENSORS,
  load: async (cfg, tensors, output) => ({ ...(await readAffine(cfg, tensors, output)), activation: { kind: 'relu' } }),
}

export const jumprelu: AffineArchitecture = {
  name: 'jumprelu',
  schema: NoFieldsSchema,
  tensors: () => [...AFFINE_TENSORS, 'threshold'],
  load: async (cfg, tensors, output) => ({
    ...(await readAffine(cfg, tensors, output)),
    activation: { kind: 'jumprelu', threshold: await readTensor(tensors, 'threshold', [cfg.d_sae]) },
  }),
}

/** The gate has its own biases; there is no b_enc. */
const GATE_TENSORS = ['b_gate', 'r_mag', 'b_mag']

export const gated: AffineArchitecture = {
  name: 'gated',
  schema: NoFieldsSchema,
  tensors: () => ['W_enc', 'W_dec', 'b_dec', ...GATE_TENSORS],
  async load(cfg, tensors, output) {
    const [gateBias, magnitude, bias] = await Promise.all(
      GATE_TENSORS.map((name) => readTensor(tensors, name, [cfg.d_sae])),
    )
    return {
      ...(await readAffine(cfg, tensors, { ...output, bias: false })),
      activation: { kind: 'gated', gateBias: gateBias!, scale: magnitude!.map(Math.exp), bias: bias! },
    }
  },
}
