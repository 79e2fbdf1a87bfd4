// What every SAE training can be told, whatever its architecture: limits and defaults. The words of each option are in option-texts.ts.
import { z } from 'zod'
import { line } from '../common/text.js'

export const ACTIVATION_SCALINGS = [
  'none',
  'expected_average_only_in',
  'constant_norm_rescale',
  'layer_norm',
  'covariance_whitening',
] as const

/** Most sites of a crosscoder. */
export const MOST_SITES = 16

const SiteName = line().min(1).max(120)
const Steps = z.int().min(0).max(5_000_000)

/** Options shared by all architectures. Server, worker, form and texts read limits and defaults here. */
export const BASE_OPTIONS = {
  /** Where activations are read. */
  site: SiteName,
  /** Sites read and reconstructed together with it, in one dictionary: they make a crosscoder. */
  moreSites: z
    .array(SiteName)
    .max(MOST_SITES - 1)
    .default([]),
  /** Where the reconstruction belongs; null = the same site. Another one makes a transcoder. */
  outputSite: SiteName.nullable().default(null),
  /** Adds a linear path from input to output. */
  skipConnection: z.boolean().default(false),
  /** d_sae = expansion × d_in; for crosscoders × the width of the widest site. */
  expansion: z.int().min(1).max(128).default(16),
  /** Optimiser steps. */
  steps: z.int().min(1).max(5_000_000).default(1000),
  /** Tokens per step. */
  batchSize: z.int().min(16).max(65_536).default(1024),
  learningRate: z.number().positive().max(1).default(1e-3),
  lrSchedule: z.enum(['constant', 'linear', 'cosine', 'cosine_restarts']).default('linear'),
  warmupSteps: z.int().min(0).max(1_000_000).default(100),
  /** Steps of decay at the end (linear schedule). */
  decaySteps: Steps.default(200),
  /** Share of the learning rate that the cosines fall to. */
  lrEndFactor: z.number().min(0).max(1).default(0.1),
  /** Periods of `cosine_restarts`. */
  lrCycles: z.int().min(1).max(1000).default(4),
  adamBeta1: z.number().min(0).lt(1).default(0.9),
  adamBeta2: z.number().min(0).lt(1).default(0.999),
  adamEps: z.number().positive().max(1).default(1e-8),
  /** Decoupled decay; 0 is Adam, above it AdamW. */
  weightDecay: z.number().min(0).max(1).default(0),
  clipGradNorm: z.number().positive().max(1000).default(1),
  /** A feature that did not fire for more than this many steps is dead. */
  deadWindow: z.int().min(1).max(1_000_000).default(200),
  /** What brings dead features back, beside the losses of single architectures. */
  revival: z.enum(['none', 'resampling']).default('none'),
  /** Steps between resamplings, tokens that new directions are drawn from, and share of the run after which it ends. */
  resampleEvery: z.int().min(1).max(1_000_000).default(250),
  resampleTokens: z.int().min(256).max(1_000_000).default(8192),
  resampleUntil: z.number().min(0).max(1).default(0.8),
  applyBDecToInput: z.boolean().default(true),
  /** By default activations come to mean norm √d_in, so that coefficients, thresholds and rates mean the same at any site of any model. */
  normalizeActivations: z.enum(ACTIVATION_SCALINGS).default('expected_average_only_in'),
  /** Tokens that the scale (or covariance) is estimated on, before the first step. */
  normTokens: z.int().min(256).max(1_000_000).default(16_384),
  /** Norm of every decoder row at the start; null leaves Kaiming-uniform rows. */
  decoderInitNorm: z.number().positive().max(100).nullable().default(0.1),
  /** Norm of every decoder row after each step: free, 1, or at most 1. */
  decoderNorm: z.enum(['none', 'unit', 'at_most_one']).default('none'),
  /** By default the middle of the activations, which b_dec would take hundreds of steps to reach where it is far from 0. */
  bDecInit: z.enum(['zeros', 'mean', 'geometric_median']).default('geometric_median'),
  seed: z
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .default(0),
  /** Seed of the order of tokens; null = `seed`. SAEs trained from one stream share it. */
  dataSeed: z
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .nullable()
    .default(null),
  /** Contexts harvested, mixed and served together. */
  bufferContexts: z.int().min(1).max(100_000).default(256),
  /** How activations wait in the buffer. */
  bufferPrecision: z.enum(['float32', 'float16', 'bfloat16']).default('float32'),
  /** MiB of blocks that may be in memory; larger ones lie on disk. null: all in memory. No number depends on it. */
  bufferMemory: z.int().min(1).max(1_048_576).nullable().default(null),
  /** Whether the next block is read while the SAE steps; no number depends on it. */
  overlap: z.enum(['auto', 'on', 'off']).default('auto'),
  excludeBos: z.boolean().default(true),
  /** Ids of further tokens that are not trained on. */
  excludeTokens: z.array(z.int().min(0)).max(1000).default([]),
  /** First positions of every context that are not trained on. */
  skipPositions: z.int().min(0).max(65_536).default(0),
  logEvery: z.int().min(1).max(100_000).default(10),
  evalEvery: z.int().min(1).max(1_000_000).default(250),
  /** Held-out tokens per evaluation. */
  evalTokens: z.int().min(256).max(10_000_000).default(16_384),
  checkpointEvery: z.int().min(1).max(1_000_000).default(200),
  keepCheckpoints: z.int().min(1).max(100).default(2),
  /** Keeps the checkpoint of the best held-out FVU beside the newest ones. */
  keepBest: z.boolean().default(false),
  /** Alerts: share of dead features above which, and L0 below which, one is raised after warm-up. */
  alertDeadShare: z.number().min(0).max(1).default(0.9),
  alertL0Below: z.number().min(0).max(1_000_000).default(0.5),
} as const

/** Options that all SAEs trained from one stream of activations must share; a sweep over one of them runs as several jobs. */
export const STREAM_OPTIONS = [
  'steps',
  'batchSize',
  'dataSeed',
  'bufferContexts',
  'bufferPrecision',
  'bufferMemory',
  'overlap',
  'excludeBos',
  'excludeTokens',
  'skipPositions',
  'normTokens',
  'logEvery',
  'evalEvery',
  'evalTokens',
  'checkpointEvery',
] as const satisfies readonly (keyof typeof BASE_OPTIONS)[]

/** Options that fix which parameters exist and their shapes: a branch from a checkpoint keeps them. */
export const SHAPE_OPTIONS = ['architecture', 'site', 'moreSites', 'outputSite', 'skipConnection', 'expansion'] as const
