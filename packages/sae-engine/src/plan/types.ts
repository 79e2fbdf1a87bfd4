// The plan of a sharded step as its threads know it: types and what follows from them. Threads start with every attempt of a training,
// so nothing here, nor in what they import, may load schemas.
import type { ActivationNormalisation } from '@mistudio/interp/saes'

export interface CommonPlan {
  readonly dIn: number
  readonly dOut: number
  readonly dSae: number
  readonly applyBDec: boolean
  /** Output site ≠ input site: the reconstruction is not un-normalised. */
  readonly transcoder: boolean
  readonly normalisation: ActivationNormalisation
  /** Widths of the blocks of a decoder row whose norms are added; one block but for crosscoders. */
  readonly siteWidths: readonly number[]
}

/** Architectures that select entries by rank; one reconstruction per prefix of the dictionary. */
export interface TopkPlan extends CommonPlan {
  readonly kind: 'topk'
  readonly k: number
  /** Of each token, or of the whole batch. */
  readonly over: 'token' | 'batch'
  readonly signed: boolean
  readonly rescale: boolean
  readonly auxCoefficient: number
  readonly widths: readonly number[]
  readonly auxPerWidth: boolean
}

export interface StandardPlan extends CommonPlan {
  readonly kind: 'standard'
  readonly power: number
  readonly ghosts: boolean
}

interface GatedPlan extends CommonPlan {
  readonly kind: 'gated'
}

export interface JumpreluPlan extends CommonPlan {
  readonly kind: 'jumprelu'
  readonly mode: 'step' | 'tanh' | 'quadratic'
  readonly bandwidth: number
  readonly toInput: boolean
  readonly tanhScale: number
  readonly targetL0: number
  /** Coefficient of the pre-activation loss; null without it. */
  readonly preAct: number | null
  readonly ghosts: boolean
}

/** Architectures whose activations depend on one pre-activation each. */
export type PointwisePlan = StandardPlan | GatedPlan | JumpreluPlan
export type ShardPlan = TopkPlan | PointwisePlan

/** Whether dead features get ghost gradients. */
export const hasGhosts = (plan: ShardPlan): boolean => 'ghosts' in plan && plan.ghosts

/** Whether tokens are normalised at run time. */
export const normalises = ({ normalisation }: Pick<CommonPlan, 'normalisation'>): boolean =>
  normalisation === 'layer_norm' || normalisation === 'constant_norm_rescale'
