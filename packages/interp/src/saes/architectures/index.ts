// Table of the SAE architectures that can be used. Another one is one file and one line.
import type { SaeCfg } from '../config.js'
import { SaeError } from '../errors.js'
import type { SaeArchitecture } from './architecture.js'
import { topk } from './topk.js'

const ARCHITECTURES: readonly SaeArchitecture[] = [topk]

/**
 * The architecture of an SAE.
 * @throws SaeError `sae_unsupported` naming what is not supported: architecture, normalisation of activations, or reshaping.
 */
export function saeArchitectureOf(cfg: SaeCfg): SaeArchitecture {
  const names = ARCHITECTURES.map(({ name }) => name).join(', ')
  const found = ARCHITECTURES.find(({ name }) => name === cfg.architecture)
  if (!found) {
    throw unsupported(
      `SAEs of architecture "${cfg.architecture}" are not supported (supported: ${names}).`,
      cfg.architecture,
    )
  }
  if (cfg.normalize_activations !== 'none') {
    const message = `normalize_activations "${cfg.normalize_activations}" is not supported; fold it into the weights first.`
    throw unsupported(message, cfg.normalize_activations)
  }
  if (cfg.reshape_activations !== 'none') {
    throw unsupported(`reshape_activations "${cfg.reshape_activations}" is not supported.`, cfg.reshape_activations)
  }
  return found
}

const unsupported = (message: string, value: string): SaeError => new SaeError('sae_unsupported', message, { value })
