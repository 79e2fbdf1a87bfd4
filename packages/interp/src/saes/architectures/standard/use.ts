// Using standard SAEs: ReLU of the pre-activations.
import type { AffineArchitecture } from '../architecture.js'
import { AFFINE_TENSORS, NoFieldsSchema, readAffine } from '../fields.js'

export const use: AffineArchitecture = {
  name: 'standard',
  schema: NoFieldsSchema,
  tensors: () => AFFINE_TENSORS,
  load: async (cfg, tensors, output) => ({ ...(await readAffine(cfg, tensors, output)), activation: { kind: 'relu' } }),
}
