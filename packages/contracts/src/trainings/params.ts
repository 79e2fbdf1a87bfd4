// Parameters of a training: one schema per architecture over shared options, told apart by `architecture`.
import { z } from 'zod'
import { line } from '../common/text.js'
import { BASE_OPTIONS } from './options.js'
import { schedulesFor } from './schedules.js'

const coefficient = z.number().min(0).max(1e6)
const warmUp = z.int().min(0).max(5_000_000).default(100)
/** Features per token unless something else is asked for: as many at any site of any model. */
const USUAL_L0 = 32
/** Wanted L0; null leaves the coefficient alone. */
const targetL0 = z.number().positive().max(1e6).nullable().default(USUAL_L0)

const RANKED = {
  auxCoefficient: z.number().min(0).max(100).default(1),
  rescaleByDecoderNorm: z.boolean().default(true),
} as const
const perToken = { k: z.int().min(1).max(1024).default(USUAL_L0), ...RANKED } as const
const perBatch = {
  /** Mean features per token; may be a fraction. */
  k: z.number().positive().max(1024).default(USUAL_L0),
  /** Rate at which the threshold for inference follows the batches. */
  thresholdRate: z.number().gt(0).max(1).default(0.01),
  ...RANKED,
} as const
/** Where a pre-activation below the threshold tells how far a dead feature is from firing. */
const withGhosts = { revival: z.enum(['none', 'resampling', 'ghost_grads']).default('none') } as const
/**
 * What each sparsity loss of JumpReLU is made for. Counting features (step, quadratic; Rajamanoharan et al. 2024b) wants a narrow window.
 * Tanh (Anthropic, January 2025) presses on activations and pulls dead features up: the usual choice, since with the narrow window most of
 * the dictionary dies while L0 is steered to its target.
 */
const JUMPRELU_BY_LOSS = {
  tanh: { bandwidth: 2, initThreshold: 0.1, preActCoefficient: 3e-6 },
  step: { bandwidth: 0.05, initThreshold: 0.01, preActCoefficient: null },
  quadratic: { bandwidth: 0.05, initThreshold: 0.01, preActCoefficient: null },
} as const
const USUAL_LOSS = 'tanh'
const byLoss = JUMPRELU_BY_LOSS[USUAL_LOSS]
/** Options that a sparsity loss brings where nothing else was asked for; none for what is no loss. */
export const broughtByLoss = (loss: unknown): Readonly<Record<string, number | null>> =>
  Object.entries(JUMPRELU_BY_LOSS).find(([name]) => name === loss)?.[1] ?? {}

const l1 = { l1Coefficient: coefficient.default(1), l1WarmUpSteps: warmUp, targetL0 } as const

const schemaOf = <A extends string, T extends z.ZodRawShape>(architecture: A, options: T) =>
  z.strictObject({
    architecture: z.literal(architecture),
    // An architecture may offer other choices for an option that all have.
    ...(BASE_OPTIONS as Omit<typeof BASE_OPTIONS, keyof T>),
    ...options,
  })

export const TopkParamsSchema = schemaOf('topk', perToken)
export const AbstopkParamsSchema = schemaOf('abstopk', perToken)
export const BatchtopkParamsSchema = schemaOf('batchtopk', perBatch)
export const MatryoshkaParamsSchema = schemaOf('matryoshka_batchtopk', {
  ...perBatch,
  /** Ends of the nested prefixes as shares of d_sae, ascending; the whole dictionary is always the last. */
  matryoshkaShares: z.array(z.number().gt(0).max(1)).max(16).default([0.0625, 0.125, 0.25, 0.5]),
  auxPerWidth: z.boolean().default(false),
})
export const StandardParamsSchema = schemaOf('standard', {
  /** The penalty presses on short decoder rows while they grow: rows of norm 1 and a larger rate leave half as much unexplained, or less. */
  decoderNorm: BASE_OPTIONS.decoderNorm.unwrap().default('unit'),
  learningRate: BASE_OPTIONS.learningRate.unwrap().default(4e-3),
  lpNorm: z.number().positive().max(10).default(1),
  ...l1,
  ...withGhosts,
})
export const GatedParamsSchema = schemaOf('gated', l1)
export const JumpreluParamsSchema = schemaOf('jumprelu', {
  bandwidth: z.number().positive().max(10).default(byLoss.bandwidth),
  initThreshold: z.number().min(0).max(100).default(byLoss.initThreshold),
  sparsityLoss: z.enum(['step', 'tanh', 'quadratic']).default(USUAL_LOSS),
  l0Coefficient: coefficient.default(1),
  l0WarmUpSteps: warmUp,
  preActCoefficient: coefficient.nullable().default(byLoss.preActCoefficient),
  tanhScale: z.number().positive().max(1000).default(4),
  /** Without it only thresholds feel the sparsity loss, and move no faster than the learning rate lets them. */
  steToInput: z.boolean().default(true),
  targetL0,
  ...withGhosts,
})
export const MatchingPursuitParamsSchema = schemaOf('matching_pursuit', {
  residualThreshold: z.number().min(0).max(1e6).default(0.01),
  /** Most features per token; null = d_in. */
  maxIterations: z.int().min(1).max(65_536).nullable().default(USUAL_L0),
  stopOnDuplicateSupport: z.boolean().default(true),
  /** Features are taken by their product with decoder rows, so rows begin as unit vectors. */
  decoderInitNorm: BASE_OPTIONS.decoderInitNorm.unwrap().default(1),
  /** It has no coefficient that a scale would matter to. */
  normalizeActivations: BASE_OPTIONS.normalizeActivations.unwrap().default('none'),
})

/** Every architecture with its schema, for forms and for what is checked option by option. */
export const PARAMS_SCHEMAS = {
  standard: StandardParamsSchema,
  gated: GatedParamsSchema,
  jumprelu: JumpreluParamsSchema,
  topk: TopkParamsSchema,
  batchtopk: BatchtopkParamsSchema,
  matryoshka_batchtopk: MatryoshkaParamsSchema,
  abstopk: AbstopkParamsSchema,
  matching_pursuit: MatchingPursuitParamsSchema,
} as const
export type SaeTrainingArchitecture = keyof typeof PARAMS_SCHEMAS
export const SAE_TRAINING_ARCHITECTURES = Object.keys(PARAMS_SCHEMAS) as SaeTrainingArchitecture[]

const UnionSchema = z.discriminatedUnion('architecture', [
  StandardParamsSchema,
  GatedParamsSchema,
  JumpreluParamsSchema,
  TopkParamsSchema,
  BatchtopkParamsSchema,
  MatryoshkaParamsSchema,
  AbstopkParamsSchema,
  MatchingPursuitParamsSchema,
])

/**
 * What is left out and depends on what is given. Without an architecture a training is of the first kind there was: topk. A coefficient by
 * itself stays what it is, so nothing steers it. What reconstructs another site cannot be brought to a scale. A sparsity loss brings its own
 * window, threshold and pull. Schedules fit short runs.
 */
function completed(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const given = { architecture: 'topk', ...value } as Record<string, unknown>
  const shape: Readonly<Record<string, z.ZodType>> | undefined =
    PARAMS_SCHEMAS[given['architecture'] as SaeTrainingArchitecture]?.shape
  if (!shape) return given
  const left = (key: string) => key in shape && given[key] === undefined
  const { site, outputSite, skipConnection } = given
  const away = (typeof outputSite === 'string' && outputSite !== site) || skipConnection === true
  const brought = 'sparsityLoss' in shape ? broughtByLoss(given['sparsityLoss']) : {}
  const fitting = Object.entries(brought).filter(([key]) => left(key))
  const fixed = ['l1Coefficient', 'l0Coefficient'].some((key) => given[key] !== undefined)
  return {
    ...given,
    ...Object.fromEntries(fitting),
    ...(left('normalizeActivations') && away ? { normalizeActivations: 'none' } : {}),
    ...(left('targetL0') && fixed && given['sparsityLoss'] !== 'quadratic' ? { targetL0: null } : {}),
    ...schedulesFor(given, (option) => shape[option]?.safeParse(undefined).data),
  }
}

export const TrainingParamsSchema = z.preprocess(completed, UnionSchema)
export type TrainingParams = z.infer<typeof TrainingParamsSchema>
export type TopkParams = z.infer<typeof TopkParamsSchema>
export type TrainingOption = TrainingParams extends infer P ? (P extends unknown ? keyof P : never) : never

/** Some options with new values, by name; which of them exist and what they may be is checked when they are applied. */
export const OptionValueSchema = z.union([line(), z.number(), z.boolean(), z.null(), z.array(line()).max(64)])
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
export function sparsityWord(params: TrainingParams): string {
  if ('k' in params) return `k ${params.k}`
  if ('targetL0' in params && params.targetL0 !== null) return `L0 → ${params.targetL0}`
  if ('l1Coefficient' in params) return `L1 ${params.l1Coefficient}`
  if ('l0Coefficient' in params) return `L0 coefficient ${params.l0Coefficient}`
  return `residual ${params.residualThreshold}`
}
