// The words of every training option: label, unit, one sentence of help, and the group of the form it belongs to.
import type { SaeTrainingArchitecture, TrainingOption } from './params.js'

export type OptionGroup =
  | 'Architecture'
  | 'Sites'
  | 'Length'
  | 'Schedule'
  | 'Optimiser'
  | 'Start'
  | 'Sparsity'
  | 'Dead features'
  | 'Data'
  | 'Reports and evaluation'
  | 'Checkpoints'
  | 'Alerts'

export interface OptionText {
  readonly label: string
  readonly unit?: string
  readonly help: string
  readonly group: OptionGroup
}

const text = (group: OptionGroup, label: string, help: string, unit?: string): OptionText => ({
  group,
  label,
  help,
  ...(unit ? { unit } : {}),
})

export const ARCHITECTURE_TEXTS: Record<SaeTrainingArchitecture, { label: string; help: string }> = {
  standard: { label: 'Standard (L1)', help: 'ReLU with a penalty on activations. Simple; shrinks activations.' },
  gated: { label: 'Gated', help: 'A gate decides which features fire, a second path how strongly: no shrinkage.' },
  jumprelu: {
    label: 'JumpReLU',
    help: 'A learned threshold per feature, trained through a straight-through estimator.',
  },
  topk: { label: 'TopK', help: 'The k strongest features of each token. L0 is fixed and nothing shrinks.' },
  batchtopk: {
    label: 'BatchTopK',
    help: 'The k × tokens strongest of the batch: hard tokens may use more. Saved as JumpReLU.',
  },
  matryoshka_batchtopk: {
    label: 'Matryoshka BatchTopK',
    help: 'Every prefix of the dictionary must reconstruct alone, so early features stay general.',
  },
  abstopk: { label: 'AbsTopK', help: 'The k of largest magnitude, sign kept: one feature for two opposites.' },
  matching_pursuit: {
    label: 'Matching pursuit',
    help: 'Features taken greedily from the decoder; no encoder of its own. Slow.',
  },
}

export const OPTION_TEXTS: Record<TrainingOption, OptionText> = {
  architecture: text('Architecture', 'Architecture', 'How features are chosen and trained.'),
  site: text('Sites', 'Site', 'Where in the model activations are read.'),
  moreSites: text(
    'Sites',
    'Further sites',
    'Read and reconstructed together with the first one, by one dictionary with a decoder per site: a crosscoder.',
  ),
  outputSite: text(
    'Sites',
    'Output site',
    'Where the reconstruction belongs. Another site than the input makes a transcoder.',
  ),
  skipConnection: text(
    'Sites',
    'Skip connection',
    'Adds a linear path from input to output, so that features need only explain the rest.',
  ),
  expansion: text(
    'Architecture',
    'Expansion',
    'd_sae = expansion × d_in, of a crosscoder × its widest site. More features are finer; memory and time grow in proportion.',
    '× d_in',
  ),
  steps: text('Length', 'Steps', 'Optimiser steps. Steps × batch size is the number of tokens seen.', 'steps'),
  batchSize: text('Length', 'Batch size', 'Tokens per step, drawn from the mixed buffer of activations.', 'tokens'),
  learningRate: text(
    'Schedule',
    'Learning rate',
    'Peak rate. Wide SAEs want a smaller one; a loss that jumps up means it is too high.',
  ),
  lrSchedule: text(
    'Schedule',
    'Schedule',
    'Constant, constant with linear decay at the end, half a cosine, or cosines with restarts.',
  ),
  warmupSteps: text('Schedule', 'Warm-up', 'Steps over which the rate rises from zero to its peak.', 'steps'),
  decaySteps: text(
    'Schedule',
    'Decay',
    'Steps at the end over which the rate falls to zero (linear schedule).',
    'steps',
  ),
  lrEndFactor: text('Schedule', 'End of the cosine', 'Share of the peak rate that a cosine falls to.', '× rate'),
  lrCycles: text('Schedule', 'Restarts', 'Periods of the cosine with restarts.', 'periods'),
  adamBeta1: text('Optimiser', 'Adam β₁', 'Decay of the running mean of gradients.'),
  adamBeta2: text('Optimiser', 'Adam β₂', 'Decay of the running mean of squared gradients.'),
  adamEps: text('Optimiser', 'Adam ε', 'Added to the root of the mean squared gradient.'),
  weightDecay: text('Optimiser', 'Weight decay', 'Decoupled decay of all parameters: 0 is Adam, above it AdamW.'),
  clipGradNorm: text(
    'Optimiser',
    'Gradient clip',
    'Largest L2 norm over all gradients; longer ones are scaled down to it.',
  ),
  deadWindow: text(
    'Dead features',
    'Dead window',
    'A feature that did not fire for more than this many steps counts as dead.',
    'steps',
  ),
  revival: text(
    'Dead features',
    'Revival',
    'Resampling: from time to time dead features begin again at badly reconstructed tokens, their optimiser state cleared. Ghost gradients: they are trained through an exponential on what is left unexplained.',
  ),
  resampleEvery: text('Dead features', 'Resample every', 'How often dead features begin again.', 'steps'),
  resampleTokens: text(
    'Dead features',
    'Tokens to draw from',
    'Coming tokens of the stream; one is drawn for each dead feature, with a chance in proportion to its squared loss.',
    'tokens',
  ),
  resampleUntil: text(
    'Dead features',
    'Resample until',
    'Share of the run after which features are left alone, so that they can settle.',
    '× steps',
  ),
  applyBDecToInput: text(
    'Start',
    'Subtract b_dec from the input',
    'The encoder sees x − b_dec, so that b_dec can carry the mean. Not for transcoders.',
  ),
  normalizeActivations: text(
    'Data',
    'Normalise activations',
    'Brings activations to a common scale, on which coefficients and thresholds mean the same for any model. Average norm and whitening are estimated once and folded into the saved weights; layer norm and constant norm are part of the SAE.',
  ),
  normTokens: text(
    'Data',
    'Tokens of the estimate',
    'Tokens that scale, covariance or the start of b_dec are estimated on.',
    'tokens',
  ),
  decoderInitNorm: text(
    'Start',
    'Decoder norm',
    'L2 norm of every decoder row at the start; empty leaves random lengths.',
  ),
  decoderNorm: text(
    'Optimiser',
    'Decoder norms',
    'After each step: free; unit brings every row to norm 1, and gradients lose what only changes lengths; at most one shortens longer rows.',
  ),
  bDecInit: text('Start', 'b_dec', 'Zeros, or the mean or geometric median of the estimate’s activations.'),
  seed: text('Data', 'Seed', 'Start of all random draws. The same seed and settings give the same run.'),
  dataSeed: text('Data', 'Data seed', 'Seed of the order of tokens; empty follows the seed.'),
  bufferContexts: text(
    'Data',
    'Buffer',
    'Contexts read, mixed and served together. A larger buffer mixes better and takes more memory.',
    'contexts',
  ),
  bufferPrecision: text(
    'Data',
    'Buffer precision',
    'How activations wait in the buffer. float16 and bfloat16 take half the memory and round each value: to 11 or 8 significant bits.',
  ),
  excludeBos: text(
    'Data',
    'Leave out the BOS token',
    'Activations at the first token are often a hundred times larger and would dominate the loss.',
  ),
  bufferMemory: text(
    'Data',
    'Buffer memory',
    'A buffer larger than this lies on disk, in the data folder: slower, the same numbers. Empty keeps it in memory.',
    'MiB',
  ),
  overlap: text(
    'Data',
    'Read ahead',
    'Reads the next block while the SAE steps: a second block in memory, the same numbers. Automatic: with a capture, or when the job leaves cores unused.',
  ),
  excludeTokens: text('Data', 'Leave out tokens', 'Ids of further tokens that are not trained on.'),
  skipPositions: text(
    'Data',
    'Leave out positions',
    'First positions of every context that are not trained on.',
    'positions',
  ),
  logEvery: text('Reports and evaluation', 'Report every', 'How often values are stored for the curves.', 'steps'),
  evalEvery: text(
    'Reports and evaluation',
    'Evaluate every',
    'How often the SAE is measured on held-out text.',
    'steps',
  ),
  evalTokens: text(
    'Reports and evaluation',
    'Evaluation tokens',
    'Held-out tokens per evaluation. More is steadier and slower.',
    'tokens',
  ),
  checkpointEvery: text(
    'Checkpoints',
    'Checkpoint every',
    'How often the whole state is written, so that an interrupted run goes on from there.',
    'steps',
  ),
  keepCheckpoints: text('Checkpoints', 'Keep', 'How many of the newest checkpoints stay on disk.', 'checkpoints'),
  keepBest: text('Checkpoints', 'Keep the best', 'Also keeps the checkpoint with the lowest held-out FVU.'),
  alertDeadShare: text(
    'Alerts',
    'Dead share',
    'An alert is raised when more features than this share are dead.',
    'share',
  ),
  alertL0Below: text('Alerts', 'L0 below', 'An alert is raised when L0 falls below this after warm-up.', 'features'),
  k: text(
    'Sparsity',
    'k',
    'Features kept per token; the L0 of the SAE. Smaller is easier to read, larger reconstructs better.',
    'features',
  ),
  auxCoefficient: text(
    'Dead features',
    'Auxiliary coefficient',
    'Weight of the loss that lets dead features explain the residual. 0 switches it off.',
  ),
  rescaleByDecoderNorm: text(
    'Sparsity',
    'Rank by decoder norm',
    'Features are ranked by activation × norm of the decoder row, so that scale cannot be used to win.',
  ),
  thresholdRate: text('Sparsity', 'Threshold rate', 'How fast the threshold used at inference follows the batches.'),
  matryoshkaShares: text(
    'Architecture',
    'Prefixes',
    'Ends of the nested dictionaries as shares of d_sae, ascending. The whole is always the last.',
    '× d_sae',
  ),
  auxPerWidth: text(
    'Dead features',
    'Auxiliary loss per prefix',
    'One auxiliary loss for each prefix instead of one for all.',
  ),
  lpNorm: text(
    'Sparsity',
    'p of the norm',
    'Power of the penalty’s norm: 1 is L1; below 1 presses small activations harder.',
  ),
  l1Coefficient: text(
    'Sparsity',
    'L1 coefficient',
    'Weight of the penalty: larger gives a smaller L0. Where the controller begins, if a target is set.',
  ),
  l1WarmUpSteps: text('Sparsity', 'L1 warm-up', 'Steps over which the coefficient rises from zero.', 'steps'),
  targetL0: text(
    'Sparsity',
    'Target L0',
    'The controller steers the coefficient until L0 is this; empty leaves the coefficient as it is. The quadratic loss pulls each token towards it instead.',
    'features',
  ),
  bandwidth: text('Sparsity', 'Bandwidth', 'Width of the window around the threshold in which it gets a gradient.'),
  initThreshold: text('Start', 'Threshold', 'Threshold of every feature at the start.'),
  sparsityLoss: text(
    'Sparsity',
    'Sparsity loss',
    'Step: counts features. Tanh: of activations × decoder norm. Quadratic: distance from the target L0.',
  ),
  l0Coefficient: text(
    'Sparsity',
    'L0 coefficient',
    'Weight of the sparsity loss. Where the controller begins, if a target is set.',
  ),
  l0WarmUpSteps: text('Sparsity', 'L0 warm-up', 'Steps over which the coefficient rises from zero.', 'steps'),
  preActCoefficient: text(
    'Dead features',
    'Pre-activation coefficient',
    'Pulls dead features up to their threshold; empty switches it off.',
  ),
  tanhScale: text('Sparsity', 'Tanh scale', 'Steepness of the tanh loss.'),
  steToInput: text('Sparsity', 'Gradient to the encoder', 'Lets the estimator of the threshold reach the encoder too.'),
  residualThreshold: text(
    'Sparsity',
    'Residual threshold',
    'A token is done when the norm of its residual is below this.',
    'activation units',
  ),
  maxIterations: text('Sparsity', 'Most features', 'Most features per token; empty means d_in.', 'features'),
  stopOnDuplicateSupport: text('Sparsity', 'Stop at a repeat', 'A token is done when a feature would be taken twice.'),
}
