// Using JumpReLU SAEs: what lies above the threshold of its feature, as it is.
import { readTensor } from '../../tensors.js'
import type { AffineArchitecture } from '../architecture.js'
import { AFFINE_TENSORS, NoFieldsSchema, readAffine } from '../fields.js'

export const use: AffineArchitecture = {
  name: 'jumprelu',
  schema: NoFieldsSchema,
  tensors: () => [...AFFINE_TENSORS, 'threshold'],
  load: async (cfg, tensors, output) => ({
    ...(await readAffine(cfg, tensors, output)),
    activation: { kind: 'jumprelu', threshold: await readTensor(tensors, 'threshold', [cfg.d_sae]) },
  }),
}
