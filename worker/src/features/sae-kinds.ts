// Which SAEs a capability takes. All architectures open; some have features that a capability would show wrongly.
import { AppError } from '@mistudio/contracts'
import type { Sae } from '@mistudio/interp/saes'

type Kind = Pick<Sae, 'cfg' | 'transcoder' | 'signed' | 'siteWidths'>

/**
 * Extractions measure how well an SAE reconstructs its own site and rank examples by how strongly features fire.
 * @throws AppError `sae_unsupported` for crosscoders and transcoders, which do not belong to one site, and for SAEs with negative activations.
 */
export function requireExtractable(sae: Kind): void {
  if (sae.siteWidths.length > 1) throw unsupported(sae, SEVERAL_SITES)
  if (sae.transcoder)
    throw unsupported(sae, 'It reconstructs another site than it reads, so its FVU cannot be measured.')
  if (sae.signed) throw unsupported(sae, 'Its activations can be negative, and examples are ranked by strength.')
}

/** Steering adds decoder rows where the SAE reads. @throws AppError `sae_unsupported` for crosscoders and transcoders, whose rows belong elsewhere, too. */
export function requireSteerable(sae: Kind): void {
  if (sae.siteWidths.length > 1) throw unsupported(sae, SEVERAL_SITES)
  if (sae.transcoder) throw unsupported(sae, 'Its decoder writes to another site than it reads.')
}

const SEVERAL_SITES = 'It is a crosscoder: it reads and writes several sites at once.'

const unsupported = (sae: Kind, why: string): AppError =>
  new AppError('sae_unsupported', `SAEs of architecture ${sae.cfg.architecture} cannot be used here. ${why}`, {
    architecture: sae.cfg.architecture,
  })
