// BatchTopK (Bussmann et al. 2024) in forms, rules and reports.
import { defineArchitecture, schemaOf } from './architecture.js'
import { perBatch, ranked } from './shared.js'

export const batchtopk = defineArchitecture({
  ...ranked,
  name: 'batchtopk',
  label: 'BatchTopK',
  help: 'The k × tokens strongest of the batch: hard tokens may use more. Saved as JumpReLU.',
  schema: schemaOf('batchtopk', perBatch.options),
  texts: perBatch.texts,
  cfg: perBatch.cfg,
  onlyInPlace: null,
  brings: () => ({}),
  steeredL0: () => null,
})
