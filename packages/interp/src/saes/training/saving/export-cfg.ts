// Which fields of a training's cfg.json an inference SAE keeps, and where the others go.
import { kindOf } from '../../architectures/table.js'
import { isTranscoderCfg, type TrainingCfg } from '../cfg.js'

const COMMON = [
  'd_in',
  'd_sae',
  'dtype',
  'device',
  'apply_b_dec_to_input',
  'normalize_activations',
  'reshape_activations',
]
/** Fields that are about neither. */
const OUTSIDE = new Set(['architecture', 'metadata', 'd_out', 'skip_connection', 'site_widths'])

/** Fields of the inference cfg.json; what only the training needs goes to `metadata.training_architecture_details`. */
export function inferenceCfgFields(cfg: TrainingCfg): Record<string, unknown> {
  const kept = new Set([...COMMON, ...(kindOf(cfg.architecture)?.savedFields ?? [])])
  const entries = Object.entries(cfg).filter(([key]) => !OUTSIDE.has(key))
  const metadata = typeof cfg['metadata'] === 'object' && cfg['metadata'] !== null ? cfg['metadata'] : {}
  return {
    dtype: 'float32',
    device: 'cpu',
    reshape_activations: 'none',
    ...Object.fromEntries(entries.filter(([key]) => kept.has(key))),
    ...transcoderFields(cfg),
    metadata: {
      training_architecture: cfg.architecture,
      training_architecture_details: Object.fromEntries(entries.filter(([key]) => !kept.has(key))),
      ...metadata,
    },
  }
}

/** A skip connection makes a transcoder of its own site. Norms of several sites are folded, and one norm must not be taken again. */
function transcoderFields(cfg: TrainingCfg): Record<string, unknown> {
  const transcoder = isTranscoderCfg(cfg)
  const several = cfg.site_widths !== undefined
  return {
    ...(transcoder ? { d_out: cfg.d_out ?? cfg.d_in, apply_b_dec_to_input: false } : {}),
    ...(several ? { site_widths: cfg.site_widths } : {}),
    ...((transcoder || several) && 'rescale_acts_by_decoder_norm' in cfg
      ? { rescale_acts_by_decoder_norm: false }
      : {}),
  }
}
