// Which SAEs a capability takes. All architectures open; some have features that a capability would show wrongly.
import { AppError } from '@mistudio/contracts'
import type { Sae } from '@mistudio/interp'

type Kind = Pick<Sae, 'cfg' | 'transcoder' | 'signed'>

/**
 * Extractions measure how well an SAE reconstructs its own site and rank examples by how strongly features fire.
 * @throws AppError `sae_unsupported` for transcoders, which reconstruct another site, and for SAEs with negative activations.
 */
export function requireExtractable(sae: Kind): void {
  if (sae.transcoder)
    throw unsupported(sae, 'It reconstructs another site than it reads, so its FVU cannot be measured.')
  if (sae.signed) throw unsupported(sae, 'Its activations can be negative, and examples are ranked by strength.')
}

/** Steering adds decoder rows where the SAE reads. @throws AppError `sae_unsupported` for transcoders, whose rows belong elsewhere. */
export function requireSteerable(sae: Kind): void {
  if (sae.transcoder) throw unsupported(sae, 'Its decoder writes to another site than it reads.')
}

const unsupported = (sae: Kind, why: string): AppError =>
  new AppError('sae_unsupported', `SAEs of architecture ${sae.cfg.architecture} cannot be used here. ${why}`, {
    architecture: sae.cfg.architecture,
  })
