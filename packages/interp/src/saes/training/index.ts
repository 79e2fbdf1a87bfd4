// Training of SAEs: the readable, exact reference of every architecture.

export { BatchTopkFieldsSchema } from '../architectures/batchtopk/train.js'
export { GatedFieldsSchema } from '../architectures/gated/train.js'
export { JumpreluFieldsSchema } from '../architectures/jumprelu/train.js'
export { MatryoshkaFieldsSchema } from '../architectures/matryoshka/train.js'
export { StandardFieldsSchema } from '../architectures/standard/train.js'
export type {
  Gradients,
  Parameters,
  Pass,
  TrainableSae,
  TrainingArchitecture,
  TrainingBatch,
} from './architecture.js'
export { ACTIVATION_NORMALISATIONS, type ActivationNormalisation, type TrainingCfg, TrainingCfgSchema } from './cfg.js'
export {
  constrainDecoder,
  DECODER_NORM_MODES,
  type DecoderNormMode,
  projectDecoderGradient,
  type Rows,
} from './decoder-norm.js'
export { GHOST_EPS, GHOST_LIMIT } from './ghost-limits.js'
export { type InitialOptions, initialParameters, initialState } from './initialise.js'
export { type AdamOptions, adamStep, clipGradients } from './math/adam.js'
export { symmetricEigen } from './math/eigen.js'
export type { Floats } from './math/linear.js'
export { type Normalised, normaliseTokens } from './math/normalise.js'
export { parameterCount, ReferenceTrainStep, referenceEngine } from './reference-step.js'
export { type ResampleRequest, resampleDead } from './resample.js'
export { type ExportedSae, exportForInference, logSparsity } from './saving/export.js'
export { foldDecoderNorms, foldRefusal, foldRescaling, foldScaler, type SaeTensors } from './saving/fold.js'
export { expectedAverageScaler, type Scaler, scaled, siteScaler, whiteningScaler } from './scaler.js'
export { TopkFieldsSchema } from './topk-pass.js'
export { TRAINING_ARCHITECTURES, trainableSae } from './trainable.js'
export {
  coefficientAt,
  coefficientsAt,
  deadFeatures,
  nextThreshold,
  type TrainerOptions,
  type TrainerState,
  type TrainerStep,
  trainerState,
  trainStep,
} from './trainer.js'
