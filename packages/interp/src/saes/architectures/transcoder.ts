// Transcoders (Dunefsky et al. 2024): read one site, reconstruct another; skip transcoders (Paulo et al. 2025) add a linear map of the
// input. b_dec is on the output side only, and normalisation of the input is not undone.
import { z } from 'zod'
import { readTensor } from '../tensors.js'
import type { Activation, SaeArchitecture } from './architecture.js'
import { fieldsOf, readAffine } from './fields.js'

const FieldsSchema = z.looseObject({ d_out: z.int().min(1) })

const transcoder = (name: string, options: { jump: boolean; skip: boolean }): SaeArchitecture => ({
  name,
  async load(cfg, tensors) {
    const { d_out: dOut } = fieldsOf(FieldsSchema, cfg)
    const activation: Activation = options.jump
      ? { kind: 'jumprelu', threshold: await readTensor(tensors, 'threshold', [cfg.d_sae]) }
      : { kind: 'relu' }
    const wSkip = options.skip ? await readTensor(tensors, 'W_skip', [dOut, cfg.d_in]) : null
    return { ...(await readAffine(cfg, tensors, { dOut, transcoder: true })), activation, wSkip }
  },
})

export const transcoders: readonly SaeArchitecture[] = [
  transcoder('transcoder', { jump: false, skip: false }),
  transcoder('skip_transcoder', { jump: false, skip: true }),
  transcoder('jumprelu_transcoder', { jump: true, skip: false }),
  transcoder('jumprelu_skip_transcoder', { jump: true, skip: true }),
]
