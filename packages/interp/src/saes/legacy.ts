// cfg.json of SAELens before 6.0, turned into today's fields. Nothing is guessed: unknown keys are kept in the metadata.
import { z } from 'zod'
import { SaeError } from './errors.js'

/** Fields of the SAE itself; everything else of a legacy file describes the run and goes into metadata. */
const OWN_FIELDS = new Set([
  ...['d_in', 'd_sae', 'dtype', 'device', 'architecture', 'apply_b_dec_to_input', 'normalize_activations'],
  ...['reshape_activations', 'metadata', 'k', 'rescale_acts_by_decoder_norm', 'd_out'],
])
/** Spelled otherwise today. */
const RENAMED: Readonly<Record<string, string>> = {
  hook_point: 'hook_name',
  hook_point_head_index: 'hook_head_index',
  activation_fn_str: 'activation_fn',
}
/** Read here, and meaningless afterwards. */
const CONSUMED = new Set([
  'activation_fn',
  'activation_fn_kwargs',
  'finetuning_scaling_factor',
  'hook_point_layer',
  'hook_layer',
])

const ObjectSchema = z.looseObject({})
const KwargsSchema = z.looseObject({ k: z.number().optional() })

const VersionSchema = z.string().transform((text) => Number.parseInt(text, 10))
/** Top-level keys that today's files have inside their metadata, or not at all. */
const LEGACY_KEYS = ['hook_name', 'hook_point', 'activation_fn', 'activation_fn_str', 'model_name']

/** Whether a cfg.json was written before SAELens 6. */
export function isLegacy(cfg: Record<string, unknown>): boolean {
  const metadata = ObjectSchema.safeParse(cfg['metadata']).data
  const version = VersionSchema.safeParse(metadata?.['sae_lens_version'] ?? cfg['sae_lens_version'])
  if (version.success) return !(version.data >= 6)
  return !metadata || LEGACY_KEYS.some((key) => key in cfg)
}

/**
 * Today's form of a legacy cfg.json; a modern one comes back as it is.
 * @throws SaeError `sae_invalid` when it is no object.
 */
export function modernCfg(value: unknown): unknown {
  const parsed = ObjectSchema.safeParse(value)
  if (!parsed.success) throw new SaeError('sae_invalid', 'cfg.json must hold an object.')
  if (!isLegacy(parsed.data)) return value
  const given = Object.fromEntries(Object.entries(parsed.data).map(([key, part]) => [RENAMED[key] ?? key, part]))
  const own = Object.fromEntries(Object.entries(given).filter(([key]) => OWN_FIELDS.has(key)))
  const described = Object.entries(given).filter(([key]) => !OWN_FIELDS.has(key) && !CONSUMED.has(key))
  return {
    ...own,
    ...activationOf(given),
    dtype: typeof given['dtype'] === 'string' ? given['dtype'].replace(/^torch\./, '') : 'float32',
    apply_b_dec_to_input: given['apply_b_dec_to_input'] ?? true,
    normalize_activations: normalisationOf(given['normalize_activations']),
    reshape_activations: given['reshape_activations'] ?? (isHookZ(given['hook_name']) ? 'hook_z' : 'none'),
    metadata: {
      prepend_bos: true,
      sae_lens_training_version: null,
      ...ObjectSchema.safeParse(given['metadata']).data,
      ...Object.fromEntries(described),
    },
  }
}

/** A topk activation function makes a topk SAE, whatever `architecture` says. */
function activationOf(given: Record<string, unknown>): Record<string, unknown> {
  if (given['activation_fn'] !== 'topk') return { architecture: given['architecture'] ?? 'standard' }
  const k = KwargsSchema.safeParse(given['activation_fn_kwargs']).data?.k ?? given['k']
  return { architecture: 'topk', k, rescale_acts_by_decoder_norm: given['rescale_acts_by_decoder_norm'] ?? false }
}

function normalisationOf(value: unknown): unknown {
  if (typeof value === 'boolean') return value ? 'expected_average_only_in' : 'none'
  return value ?? 'none'
}

const isHookZ = (hook: unknown): boolean => typeof hook === 'string' && hook.includes('hook_z')
