// The words of every training option: of those that all architectures have here, of the others beside their architecture.
import { ARCHITECTURES, type SaeTrainingArchitecture } from './architectures/index.js'
import { type OptionText, text } from './option-text.js'
import type { BASE_OPTIONS } from './options.js'
import type { TrainingOption } from './params.js'

export type { OptionGroup, OptionText } from './option-text.js'

export const ARCHITECTURE_TEXTS = Object.fromEntries(
  ARCHITECTURES.map(({ name, label, help }) => [name, { label, help }]),
) as Record<SaeTrainingArchitecture, { label: string; help: string }>

const BASE_TEXTS: Record<keyof typeof BASE_OPTIONS | 'architecture', OptionText> = {
  architecture: text('Architecture', 'Architecture', 'How features are chosen and trained.'),
  site: text('Sites', 'Site', 'Where in the model activations are read.'),
  moreSites: text(
    'Sites',
    'Further sites',
    'Read and reconstructed together with the first one, by one dictionary with a decoder per site: a crosscoder. Its page shows what it explains at each site, and it can be exported; extractions, features and steering take SAEs of one site.',
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
    'Dead share above',
    'An alert is raised when more features than this share are dead; 0.9 is 90 %.',
  ),
  alertL0Below: text('Alerts', 'L0 below', 'An alert is raised when L0 falls below this after warm-up.', 'features'),
}

/** In the order of the groups they are shown in. Those of an architecture are typed to be complete where it is defined. */
export const OPTION_TEXTS = Object.assign({}, BASE_TEXTS, ...ARCHITECTURES.map(({ texts }) => texts)) as Record<
  TrainingOption,
  OptionText
>
