// Using gated SAEs: gate and magnitude have biases of their own over one encoder.
import { readTensor } from '../../tensors.js'
import type { AffineArchitecture } from '../architecture.js'
import { NoFieldsSchema, readAffine } from '../fields.js'

/** The gate has its own biases; there is no b_enc. */
const GATE_TENSORS = ['b_gate', 'r_mag', 'b_mag']

export const use: AffineArchitecture = {
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
