// cfg.json of SAELens before 6.0, turned into today's fields. Nothing is guessed: what describes a run goes into the metadata, and what is
// not known stays where it is, for read.ts to refuse.
import { isInert } from '@mistudio/formats'
import { z } from 'zod'
import { activationOf } from './activation-fn.js'
import { isDescriptive } from './cfg-fields.js'
import { SaeError } from './errors.js'

/** Spelled otherwise today. */
const RENAMED: Readonly<Record<string, string>> = {
  hook_point: 'hook_name',
  hook_point_head_index: 'hook_head_index',
}
/** Read here, and meaningless afterwards. */
const CONSUMED = new Set(['hook_point_layer', 'hook_layer', 'metadata'])

const ObjectSchema = z.looseObject({})

const VersionSchema = z.string().transform((text) => Number.parseInt(text, 10))
/** Top-level keys that today's files have inside their metadata, or not at all. */
const LEGACY_KEYS = ['hook_name', 'hook_point', 'activation_fn', 'activation_fn_str', 'model_name']

/** Whether a cfg.json was written before SAELens 6. */
function isLegacy(cfg: Record<string, unknown>): boolean {
  const metadata = ObjectSchema.safeParse(cfg['metadata']).data
  const version = VersionSchema.safeParse(metadata?.['sae_lens_version'] ?? cfg['sae_lens_version'])
  if (version.success) return !(version.data >= 6)
  return !metadata || LEGACY_KEYS.some((key) => key in cfg)
}

/**
 * Today's form of a cfg.json of any version; one without traces of older ones comes back as it is.
 * @throws SaeError `sae_invalid` when it is no object or contradicts itself, `sae_unsupported` for an activation function that is not done.
 */
export function modernCfg(value: unknown): unknown {
  const parsed = ObjectSchema.safeParse(value)
  if (!parsed.success) throw new SaeError('sae_invalid', 'cfg.json must hold an object.')
  const legacy = isLegacy(parsed.data)
  const given = activationOf(parsed.data, legacy)
  return legacy ? fromLegacy(given) : given
}

function fromLegacy(cfg: Record<string, unknown>): Record<string, unknown> {
  const given = Object.fromEntries(Object.entries(cfg).map(([key, part]) => [RENAMED[key] ?? key, part]))
  const entries = Object.entries(given).filter(([key]) => !CONSUMED.has(key))
  const { finetuning_scaling_factor: factor, ...own } = Object.fromEntries(
    entries.filter(([key]) => !isDescriptive(key)),
  )
  return {
    ...own,
    ...(isInert(factor) ? {} : { finetuning_scaling_factor: factor }),
    dtype: typeof given['dtype'] === 'string' ? given['dtype'].replace(/^torch\./, '') : 'float32',
    apply_b_dec_to_input: given['apply_b_dec_to_input'] ?? true,
    normalize_activations: normalisationOf(given['normalize_activations']),
    reshape_activations: given['reshape_activations'] ?? (isHookZ(given['hook_name']) ? 'hook_z' : 'none'),
    metadata: {
      prepend_bos: true,
      sae_lens_training_version: null,
      ...ObjectSchema.safeParse(given['metadata']).data,
      ...Object.fromEntries(entries.filter(([key]) => isDescriptive(key))),
    },
  }
}

function normalisationOf(value: unknown): unknown {
  if (typeof value === 'boolean') return value ? 'expected_average_only_in' : 'none'
  return value ?? 'none'
}

const isHookZ = (hook: unknown): boolean => typeof hook === 'string' && hook.includes('hook_z')
