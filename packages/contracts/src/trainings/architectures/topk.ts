// TopK (Gao et al. 2024) in forms, rules and reports.
import { defineArchitecture, schemaOf } from './architecture.js'
import { perToken, ranked } from './shared.js'

export const topk = defineArchitecture({
  ...ranked,
  name: 'topk',
  label: 'TopK',
  help: 'The k strongest features of each token. L0 is fixed and nothing shrinks.',
  schema: schemaOf('topk', perToken),
  onlyInPlace: null,
  brings: () => ({}),
  steeredL0: () => null,
})
