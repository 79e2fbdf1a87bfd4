// Gated SAEs (Rajamanoharan et al. 2024) in forms, rules and reports.
import { defineArchitecture, schemaOf } from './architecture.js'
import { l1, ranked, targetL0 } from './shared.js'

export const gated = defineArchitecture({
  name: 'gated',
  label: 'Gated',
  help: 'A gate decides which features fire, a second path how strongly: no shrinkage.',
  schema: schemaOf('gated', l1.options),
  texts: l1.texts,
  onlyInPlace: null,
  sparsity: l1.sparsity,
  rules: targetL0.rules,
  cfg: l1.cfg,
  brings: l1.brings,
  steeredL0: (params) => params.targetL0,
  losses: { ...l1.losses, aux: ranked.losses.aux },
})
