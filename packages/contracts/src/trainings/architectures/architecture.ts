// What a kind of SAE is to forms, server and reports: its options with their words, what cannot be combined, how its sparsity is said,
// the fields of SAELens's cfg.json it trains with, and the losses it reports. One file per architecture; the table is in index.ts.
// What it computes is in @mistudio/interp.
import { z } from 'zod'
import type { OptionText } from '../option-text.js'
import { BASE_OPTIONS } from '../options.js'

/** Something wrong, at the option where it can be put right. */
export interface OptionIssue<O extends string = string> {
  readonly option: O
  readonly message: string
}

/** A loss term beside the reconstruction, under the key its values are stored by. */
export interface LossText {
  readonly label: string
  readonly definition: string
}

/** What a combination of options is checked against. */
export interface ArchitectureFacts {
  readonly dSae: number
}

type Shape<S extends z.ZodObject> = S['shape']

export interface Architecture<S extends z.ZodObject = z.ZodObject, L = Readonly<Record<string, LossText>>> {
  /** As in SAELens's cfg.json of a training. */
  readonly name: z.infer<S>['architecture']
  readonly label: string
  readonly help: string
  readonly schema: S
  /** Words of the options that not all architectures have. */
  readonly texts: Readonly<Record<Exclude<keyof Shape<S>, keyof typeof BASE_OPTIONS | 'architecture'>, OptionText>>
  /** When an option of its own means something, by the values beside it; always unless said. */
  readonly conditions?: Readonly<Record<string, (values: Readonly<Record<string, unknown>>) => boolean>>
  /** `k 32`: what its options set, for names and lists. */
  sparsity(params: z.infer<S>): string
  /** Why it can be neither a transcoder, nor a crosscoder, nor have a skip connection; null when it can be each. */
  readonly onlyInPlace: string | null
  /** What is wrong between options of its own, or between one of them and the rest. */
  rules(params: z.infer<S>, facts: ArchitectureFacts): readonly OptionIssue<keyof z.infer<S> & string>[]
  /** Its own fields of SAELens's cfg.json. */
  cfg(params: z.infer<S>, dSae: number): Readonly<Record<string, unknown>>
  /**
   * Options that others bring where they themselves are not given. `given`: what was asked for, by name, before it is checked.
   */
  brings(given: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>
  /** The L0 that its coefficient is to be steered to; null when nothing steers. */
  steeredL0(params: z.infer<S>): number | null
  /** Its loss terms, by metric key. */
  readonly losses: L
}

/** The schema of an architecture: its own options over those that all have, for which it may offer other choices. */
export const schemaOf = <A extends string, T extends z.ZodRawShape>(architecture: A, options: T) =>
  z.strictObject({
    architecture: z.literal(architecture),
    ...(BASE_OPTIONS as Omit<typeof BASE_OPTIONS, keyof T>),
    ...options,
  })

/** Keeps the precise type of an architecture while it is checked. */
export const defineArchitecture = <S extends z.ZodObject, L extends Readonly<Record<string, LossText>>>(
  architecture: Architecture<S, L>,
): Architecture<S, L> => architecture

/** SAELens's normalisations of each token by itself. */
export const PER_TOKEN: readonly string[] = ['layer_norm', 'constant_norm_rescale']
