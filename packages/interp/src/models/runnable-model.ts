// What the rooms need of a model, whether its graph is built here from weights (LanguageModel) or was exported elsewhere (ExportedModel).
import type { LanguageModel } from './language-model.js'
import type { ModelSpec } from './spec.js'

/** The figures that every model has; how an export computes what it computes is in its graph. */
export type CoreSpec = Pick<
  ModelSpec,
  'architecture' | 'layers' | 'dModel' | 'vocabSize' | 'maxPositions' | 'bosTokenId' | 'eosTokenIds'
>

export type RunnableModel = Pick<
  LanguageModel,
  | 'sites'
  | 'absentSites'
  | 'contextLimit'
  | 'regime'
  | 'forward'
  | 'capture'
  | 'logits'
  | 'loss'
  | 'emptyCache'
  | 'extend'
  | 'unembed'
  | 'release'
  | 'precision'
> & {
  readonly spec: CoreSpec
  /** Whether `extend` takes a cache that holds tokens; without, generation feeds all tokens of a row again for each new one. */
  readonly cached: boolean
}
