// Crosscoders (Lindsey et al. 2024): one dictionary over several sites. Activations of the sites lie side by side, so encoder and decoder
// are those of an SAE of their summed width; a feature has a decoder vector per site. SAELens has none, so the names are ours.
import { z } from 'zod'
import { SaeError } from '../errors.js'
import type { AffineArchitecture, SaeArchitecture } from './architecture.js'
import { fieldsOf } from './fields.js'
import { FAMILIES } from './table.js'

const FieldsSchema = z.looseObject({
  /** Widths of the sites in their order; they sum to d_in. */
  site_widths: z.array(z.int().min(1)).min(2),
  rescale_acts_by_decoder_norm: z.boolean().default(false),
})

const crosscoder = (prefix: string, base: AffineArchitecture): SaeArchitecture => ({
  name: `${prefix}crosscoder`,
  schema: base.schema.extend(FieldsSchema.shape),
  tensors: (cfg) => base.tensors(cfg),
  async load(cfg, tensors) {
    const { site_widths: siteWidths, rescale_acts_by_decoder_norm: rescale } = fieldsOf(FieldsSchema, cfg)
    if (siteWidths.reduce((sum, width) => sum + width, 0) !== cfg.d_in) {
      throw new SaeError('sae_invalid', `cfg.json: site_widths ${siteWidths} do not sum to d_in ${cfg.d_in}.`)
    }
    if (rescale) {
      // A row's norm is not the sum of the norms of its parts: such a file would be read with other activations than it was made with.
      throw new SaeError(
        'sae_invalid',
        'cfg.json of a crosscoder cannot set rescale_acts_by_decoder_norm: fold the norms.',
      )
    }
    return { ...(await base.load(cfg, tensors)), siteWidths }
  },
})

export const crosscoders: readonly SaeArchitecture[] = FAMILIES.map(({ prefix, base }) => crosscoder(prefix, base))
