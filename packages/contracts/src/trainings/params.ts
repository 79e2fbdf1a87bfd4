// Parameters of a training: one schema per architecture over shared options, told apart by `architecture`.
import { z } from 'zod'
import { line } from '../common/text.js'
import {
  ARCHITECTURES,
  architectureOf,
  FIRST_ARCHITECTURE,
  type SaeTrainingArchitecture,
  type TrainingParams,
} from './architectures/index.js'
import { schedulesFor } from './schedules.js'

export type { SaeTrainingArchitecture, TrainingParams } from './architectures/index.js'

/** Every architecture with its schema, for forms and for what is checked option by option. */
export const PARAMS_SCHEMAS = Object.fromEntries(ARCHITECTURES.map(({ name, schema }) => [name, schema])) as {
  readonly [A in (typeof ARCHITECTURES)[number] as A['name']]: A['schema']
}
export const SAE_TRAINING_ARCHITECTURES: readonly SaeTrainingArchitecture[] = ARCHITECTURES.map(({ name }) => name)

const [first, ...others] = ARCHITECTURES
const UnionSchema = z.discriminatedUnion('architecture', [first.schema, ...others.map(({ schema }) => schema)])

/**
 * What is left out and depends on what is given. Without an architecture a training is of the first kind there was: topk. What reconstructs
 * another site cannot be brought to a scale. Some options bring others of their architecture. Schedules fit short runs.
 */
function completed(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const given = { architecture: FIRST_ARCHITECTURE, ...value } as Record<string, unknown>
  const architecture = given['architecture'] as SaeTrainingArchitecture
  const shape: Readonly<Record<string, z.ZodType>> | undefined = PARAMS_SCHEMAS[architecture]?.shape
  if (!shape) return given
  const left = (key: string) => key in shape && given[key] === undefined
  const { site, outputSite, skipConnection } = given
  const away = (typeof outputSite === 'string' && outputSite !== site) || skipConnection === true
  const brought = Object.entries(architectureOf(architecture).brings(given)).filter(([key]) => left(key))
  return {
    ...given,
    ...Object.fromEntries(brought),
    ...(left('normalizeActivations') && away ? { normalizeActivations: 'none' } : {}),
    ...schedulesFor(given, (option) => shape[option]?.safeParse(undefined).data),
  }
}

export const TrainingParamsSchema = z.preprocess(completed, UnionSchema as z.ZodType<TrainingParams>)
export type TrainingOption = TrainingParams extends infer P ? (P extends unknown ? keyof P : never) : never

/** Some options with new values, by name; which of them exist and what they may be is checked when they are applied. */
export const OptionValueSchema = z.union([
  line(),
  z.number(),
  z.boolean(),
  z.null(),
  z.array(line()).max(64),
  z.array(z.number()).max(64),
])
export const OverridesSchema = z.record(line(), OptionValueSchema)
export type Overrides = z.infer<typeof OverridesSchema>

/** Whether some architecture has an option of this name. */
export const isTrainingOption = (key: string): boolean =>
  Object.values(PARAMS_SCHEMAS).some(({ shape }) => Object.hasOwn(shape, key))

/**
 * `params` with `overrides` over them. When the architecture changes, options and choices that the new one does not have are dropped and
 * its own take their defaults. @throws ZodError for a value out of its limits or an override that the architecture does not have.
 */
export function withOverrides(params: TrainingParams, overrides: Overrides): TrainingParams {
  const architecture = (overrides['architecture'] ?? params.architecture) as SaeTrainingArchitecture
  const shape: Record<string, z.ZodType> = PARAMS_SCHEMAS[architecture]?.shape ?? {}
  const offered = (key: string, value: unknown) => typeof value !== 'string' || shape[key]?.safeParse(value).success
  const kept = Object.fromEntries(Object.entries(params).filter(([key, value]) => key in shape && offered(key, value)))
  return TrainingParamsSchema.parse({ ...kept, ...overrides })
}

/** Features kept per token, for the architectures that are told so; null for the others. */
export const chosenK = (params: TrainingParams): number | null => ('k' in params ? params.k : null)

/** Site that is reconstructed. */
export const outputSiteOf = ({ site, outputSite }: Pick<TrainingParams, 'site' | 'outputSite'>): string =>
  outputSite ?? site

/** Whether one dictionary reads and reconstructs several sites. */
export const isCrosscoder = ({ moreSites }: Pick<TrainingParams, 'moreSites'>): boolean => moreSites.length > 0

/** Sites whose activations are read, side by side for a crosscoder. */
export const inputSitesOf = ({ site, moreSites }: Pick<TrainingParams, 'site' | 'moreSites'>): string[] => [
  site,
  ...moreSites,
]

/** Sites that are reconstructed, in the order of the reconstruction's dimensions. */
export const outputSitesOf = (params: Pick<TrainingParams, 'site' | 'moreSites' | 'outputSite'>): string[] =>
  isCrosscoder(params) ? inputSitesOf(params) : [outputSiteOf(params)]

/** d_sae of an SAE on sites of these widths. */
export const dictionarySize = ({ expansion }: Pick<TrainingParams, 'expansion'>, widths: readonly number[]): number =>
  expansion * Math.max(...widths)

/** Seed of the order of tokens. */
export const dataSeedOf = ({ dataSeed, seed }: Pick<TrainingParams, 'dataSeed' | 'seed'>): number => dataSeed ?? seed

/** Whether input and output are different sites. */
export const isTranscoder = ({ site, outputSite }: Pick<TrainingParams, 'site' | 'outputSite'>): boolean =>
  outputSite !== null && outputSite !== site

/** One word on what the options of an architecture set, for names and lists: `k 32`, `L0 → 40`, `L1 5`. */
export const sparsityWord = (params: TrainingParams): string => architectureOf(params.architecture).sparsity(params)
