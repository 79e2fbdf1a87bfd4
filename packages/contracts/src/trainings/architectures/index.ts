// The table of architectures that can be trained, in the order in which forms offer them. Another one is one file and one line.
import type { z } from 'zod'
import { abstopk } from './abstopk.js'
import type { Architecture, LossText } from './architecture.js'
import { batchtopk } from './batchtopk.js'
import { gated } from './gated.js'
import { jumprelu } from './jumprelu.js'
import { matchingPursuit } from './matching-pursuit.js'
import { matryoshka } from './matryoshka.js'
import { standard } from './standard.js'
import { topk } from './topk.js'

export const ARCHITECTURES = [standard, gated, jumprelu, topk, batchtopk, matryoshka, abstopk, matchingPursuit] as const

type Known = (typeof ARCHITECTURES)[number]
export type SaeTrainingArchitecture = Known['name']
export type TrainingParams = z.infer<Known['schema']>

type LossesOf<A> = A extends { readonly losses: infer L } ? L : never
type KeysOf<L> = L extends unknown ? keyof L : never
/** Metric keys of loss terms that only some architectures have. */
export type LossKey = KeysOf<LossesOf<Known>>
/** Their words; an architecture that shares a term shares its words. */
export const LOSS_TEXTS = Object.assign({}, ...ARCHITECTURES.map(({ losses }) => losses)) as Record<LossKey, LossText>
export const LOSS_KEYS = Object.keys(LOSS_TEXTS) as LossKey[]

/** When options of single architectures mean something; a form hides them else. */
export const OPTION_CONDITIONS: NonNullable<Architecture['conditions']> = Object.assign(
  {},
  ...ARCHITECTURES.map(({ conditions }) => conditions),
)

/** What a training is of that names no architecture: there was no other kind once. */
export const FIRST_ARCHITECTURE = topk.name

const BY_NAME: ReadonlyMap<string, unknown> = new Map(ARCHITECTURES.map((one) => [one.name, one]))

/** An architecture whose functions take the parameters of any; `params.architecture` says which. */
type OfAny = Omit<Architecture, 'rules' | 'sparsity' | 'cfg' | 'steeredL0'> & {
  readonly [K in 'rules' | 'sparsity' | 'cfg' | 'steeredL0']: (
    params: TrainingParams,
    ...rest: Parameters<Architecture[K]> extends [unknown, ...infer R] ? R : never
  ) => ReturnType<Architecture[K]>
}

export const architectureOf = (name: SaeTrainingArchitecture): OfAny => BY_NAME.get(name) as OfAny
