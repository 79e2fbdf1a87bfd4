// The one reader of SAEs in SAELens's layout: cfg.json of any version, and the tensors that belong to it. Import, inspection, every room
// that opens an SAE and the command line come through here, so that they compute the same or refuse the same.
import type { TensorSource } from '@mistudio/formats'
import type { SaeModel } from './architectures/architecture.js'
import { fieldsOf } from './architectures/fields.js'
import { saeArchitectureOf } from './architectures/index.js'
import { requireKnownFields } from './cfg-fields.js'
import { type SaeCfg, SaeCfgSchema } from './config.js'
import { SaeError } from './errors.js'
import { withoutFactor } from './finetuning.js'
import { modernCfg } from './legacy.js'

/**
 * Reads cfg.json; a parsed one comes back unchanged.
 * @throws SaeError `sae_invalid` naming the field, `sae_unsupported` naming what is not done: architecture, activation function or field.
 */
export function parseSaeCfg(value: unknown): SaeCfg {
  const parsed = SaeCfgSchema.safeParse(modernCfg(value))
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    const where = issue?.path.join('.') || 'cfg.json'
    throw new SaeError('sae_invalid', `The SAE's cfg.json is not usable: ${where}: ${issue?.message}.`, {
      field: where,
    })
  }
  const cfg = parsed.data
  const { schema } = saeArchitectureOf(cfg)
  fieldsOf(schema, cfg)
  requireKnownFields(cfg, cfg.architecture, Object.keys(schema.shape))
  return cfg
}

/** Configuration and tensors of an SAE, as today's SAELens would store them: a factor of fine-tuning is folded into the decoder. */
export interface SaeParts {
  readonly cfg: SaeCfg
  readonly tensors: TensorSource
}

/**
 * Checks which tensors there are; of their numbers only a factor of fine-tuning is read.
 * @throws SaeError `sae_invalid` for a tensor that is missing, `sae_unsupported` for one that would not be read.
 */
export async function saeParts(cfg: unknown, source: TensorSource): Promise<SaeParts> {
  const parts = await withoutFactor(parseSaeCfg(cfg), source)
  const wanted = saeArchitectureOf(parts.cfg).tensors(parts.cfg)
  const found = parts.tensors.names()
  const missing = wanted.find((name) => !found.includes(name))
  if (missing !== undefined) {
    throw new SaeError('sae_invalid', `The SAE file has no tensor ${missing} (it has ${found.join(', ')}).`)
  }
  const extra = found.find((name) => !wanted.includes(name))
  if (extra === undefined) return parts
  throw new SaeError(
    'sae_unsupported',
    `The SAE file holds a tensor ${extra}, which SAEs of architecture ${parts.cfg.architecture} do not have; the SAE would compute other numbers without it.`,
    { tensor: extra },
  )
}

/** The SAE in memory. @throws SaeError as {@link saeParts}, and `sae_invalid` for misshapen tensors or numbers that are not finite. */
export async function readSae(cfg: unknown, source: TensorSource): Promise<{ cfg: SaeCfg; model: SaeModel }> {
  const parts = await saeParts(cfg, source)
  return { cfg: parts.cfg, model: await saeArchitectureOf(parts.cfg).load(parts.cfg, parts.tensors) }
}
