// TopK by magnitude in forms, rules and reports.
import { defineArchitecture, schemaOf } from './architecture.js'
import { perToken, ranked } from './shared.js'

export const abstopk = defineArchitecture({
  ...ranked,
  name: 'abstopk',
  label: 'AbsTopK',
  help: 'The k of largest magnitude, sign kept: one feature for two opposites.',
  schema: schemaOf('abstopk', perToken),
  onlyInPlace: null,
  brings: () => ({}),
  steeredL0: () => null,
})
