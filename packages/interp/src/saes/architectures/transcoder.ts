// Transcoders (Dunefsky et al. 2024): read one site, reconstruct another; skip transcoders (Paulo et al. 2025) add a linear map of the
// input. b_dec is on the output side only, and normalisation of the input is not undone. SAELens knows those with relu and jumprelu;
// the names with another activation are ours.
import { z } from 'zod'
import { readTensor } from '../tensors.js'
import type { AffineArchitecture, SaeArchitecture } from './architecture.js'
import { fieldsOf } from './fields.js'
import { FAMILIES } from './table.js'

const FieldsSchema = z.looseObject({ d_out: z.int().min(1) })

const transcoder = (prefix: string, base: AffineArchitecture, skip: boolean): SaeArchitecture => ({
  name: `${prefix}${skip ? 'skip_' : ''}transcoder`,
  schema: base.schema.extend(FieldsSchema.shape),
  tensors: (cfg) => [...base.tensors(cfg), ...(skip ? ['W_skip'] : [])],
  async load(cfg, tensors) {
    const { d_out: dOut } = fieldsOf(FieldsSchema, cfg)
    const wSkip = skip ? await readTensor(tensors, 'W_skip', [dOut, cfg.d_in]) : null
    return { ...(await base.load(cfg, tensors, { dOut, transcoder: true })), wSkip }
  },
})

export const transcoders: readonly SaeArchitecture[] = FAMILIES.flatMap(({ prefix, base }) => [
  transcoder(prefix, base, false),
  transcoder(prefix, base, true),
])
