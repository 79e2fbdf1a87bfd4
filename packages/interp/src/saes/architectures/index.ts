// What a cfg.json names, among all SAEs that can be used: the kinds of the table, and transcoders and crosscoders built on them.
import type { SaeCfg } from '../config.js'
import { SaeError } from '../errors.js'
import type { SaeArchitecture } from './architecture.js'
import { crosscoders } from './crosscoder.js'
import { KINDS } from './table.js'
import { transcoders } from './transcoder.js'

const ARCHITECTURES: readonly SaeArchitecture[] = [
  ...KINDS.flatMap(({ use }) => (use ? [use] : [])),
  ...transcoders,
  ...crosscoders,
]

/** Layouts of activations: attention heads side by side are one vector already. */
const RESHAPES = ['none', 'hook_z']

/**
 * The architecture of an SAE.
 * @throws SaeError `sae_unsupported` naming what is not supported: architecture or reshaping.
 */
export function saeArchitectureOf(cfg: SaeCfg): SaeArchitecture {
  const found = ARCHITECTURES.find(({ name }) => name === cfg.architecture)
  if (!found) {
    const names = ARCHITECTURES.map(({ name }) => name).join(', ')
    const message = `SAEs of architecture "${cfg.architecture}" are not supported (supported: ${names}).`
    throw new SaeError('sae_unsupported', message, { value: cfg.architecture })
  }
  if (!RESHAPES.includes(cfg.reshape_activations)) {
    const message = `reshape_activations "${cfg.reshape_activations}" is not supported.`
    throw new SaeError('sae_unsupported', message, { value: cfg.reshape_activations })
  }
  return found
}
