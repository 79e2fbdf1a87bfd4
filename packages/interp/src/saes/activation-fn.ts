// `activation_fn` (once `activation_fn_str`) and `activation_fn_kwargs`: how SAELens before 6 named what today's `architecture` says.
import { unknownField } from '@mistudio/formats'
import { z } from 'zod'
import { SaeError } from './errors.js'

const FieldsSchema = z.looseObject({
  activation_fn: z.string().nullish(),
  activation_fn_str: z.string().nullish(),
  activation_fn_kwargs: z.looseObject({ k: z.number().nullish() }).nullish(),
  architecture: z.string().optional(),
})

const selects = (architecture: string): boolean => /^(?:abs|batch)?topk|_batchtopk$/.test(architecture)

/**
 * A cfg.json with the architecture that its activation function makes: topk makes a topk SAE, whatever a legacy file calls it.
 * @throws SaeError `sae_unsupported` for a function or an argument that is not done, `sae_invalid` for fields that contradict each other.
 */
export function activationOf(cfg: Record<string, unknown>, legacy: boolean): Record<string, unknown> {
  const parsed = FieldsSchema.safeParse(cfg)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw new SaeError('sae_invalid', `The SAE's cfg.json is not usable: ${issue?.path.join('.')}: ${issue?.message}.`)
  }
  const { activation_fn: today, activation_fn_str: before, activation_fn_kwargs: kwargs, ...rest } = parsed.data
  requireKnownFunction('activation_fn', today)
  requireKnownFunction('activation_fn_str', before)
  requireKnownArguments(kwargs ?? {})
  const name = oneOf(today, before)
  const { architecture: said = legacy ? 'standard' : undefined } = rest
  const architecture = name === 'topk' && legacy ? 'topk' : said
  const topk = architecture !== undefined && selects(architecture)
  if (name === 'topk' && !topk) throw contradiction(`activation_fn is topk, architecture is ${architecture}`)
  const k = kwargs?.k ?? undefined
  if (k !== undefined && !topk) throw contradiction(`activation_fn_kwargs has k ${k}, and nothing else says topk`)
  const own = rest['k']
  if (k !== undefined && typeof own === 'number' && own !== k) {
    throw contradiction(`k is ${own}, activation_fn_kwargs has k ${k}`)
  }
  return {
    ...rest,
    ...(architecture === undefined ? {} : { architecture }),
    ...(topk && k !== undefined ? { k } : {}),
    ...(topk && legacy ? { rescale_acts_by_decoder_norm: rest['rescale_acts_by_decoder_norm'] ?? false } : {}),
  }
}

function oneOf(a: string | null | undefined, b: string | null | undefined): string | null {
  if (a && b && a !== b) throw contradiction(`activation_fn is ${a}, activation_fn_str is ${b}`)
  return (a ?? b) || null
}

function requireKnownFunction(field: string, name: string | null | undefined): void {
  if (!name || name === 'relu' || name === 'topk') return
  throw new SaeError('sae_unsupported', `cfg.json: ${field} "${name}" is not supported; relu and topk are.`, {
    value: name,
  })
}

function requireKnownArguments(kwargs: Record<string, unknown>): void {
  const argument = unknownField(kwargs, (key) => key === 'k')
  if (!argument) return
  const message = `cfg.json: activation_fn_kwargs ${argument.name}: ${argument.value} is not supported; only k is.`
  throw new SaeError('sae_unsupported', message, { value: argument.name })
}

const contradiction = (what: string): SaeError =>
  new SaeError('sae_invalid', `cfg.json contradicts itself: ${what}. Correct it and open the SAE again.`)
