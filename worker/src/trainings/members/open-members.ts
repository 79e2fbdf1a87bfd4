// The SAEs of a job as they stand when an attempt begins: which are still in the running, and where they go on from.
import {
  AppError,
  dataSeedOf,
  inputSitesOf,
  isCrosscoder,
  outputSiteOf,
  type TrainingParams,
  TrainingParamsSchema,
  type TrainingRunParams,
} from '@mistudio/contracts'
import { FormatError, SAELENS_VERSION } from '@mistudio/formats'
import { z } from 'zod'
import type { JobContext } from '../../runner/context.js'
import { type CheckpointData, readCheckpoint, type StoredCheckpoint } from '../checkpoints/checkpoint-file.js'
import { newestTogether } from '../checkpoints/checkpoint-group.js'
import { checkpointFolder } from '../checkpoints/checkpoints.js'
import type { TrainingParts } from '../open.js'
import { storedAlerts, storedParams } from '../rows.js'
import { Member } from './member.js'

/** Members of a job that did not diverge yet, in their order. */
export async function openMembers(job: JobContext<TrainingRunParams>, parts: TrainingParts): Promise<Member[]> {
  const members: Member[] = []
  for (const spec of job.job.params.members) {
    const alerts = await storedAlerts(job.db, spec.trainingId)
    const divergence = alerts.find(({ kind }) => kind === 'diverged')
    if (!divergence) {
      members.push(new Member(spec, parts, job.dataDir, alerts, metadataOf(job.job.params, spec.params, parts)))
    } else if (job.job.params.members.length === 1) throw new AppError('training_invalid', divergence.message)
  }
  return members
}

/** Where an attempt begins: at checkpoints of its own, at one of another training, or afresh. */
export type Start =
  | { readonly kind: 'resume'; readonly stored: readonly StoredCheckpoint[]; readonly data: CheckpointData }
  | { readonly kind: 'branch'; readonly stored: StoredCheckpoint; readonly sameStream: boolean }
  | { readonly kind: 'fresh' }

/** @throws AppError `conflict` when the checkpoint to begin from is gone. */
export async function startOf(job: JobContext<TrainingRunParams>, members: readonly Member[]): Promise<Start> {
  const own = members.map(({ checkpoints }) => checkpoints)
  const stored = await newestTogether(job.db, own, (message) => job.log('warn', message))
  const [first] = stored ?? []
  // A killed attempt may have left folders that never counted, or that count no more.
  for (const checkpoints of own) {
    const counted = await job.commit((tx) => checkpoints.list(tx))
    await checkpoints.sweep(counted.map(({ step }) => step))
  }
  if (stored && first) {
    job.log('info', `Going on from the checkpoint of step ${first.data.step}.`)
    return { kind: 'resume', stored, data: first.data }
  }
  const [member] = members
  return member?.spec.parent ? branch(job, member, member.spec.parent) : { kind: 'fresh' }
}

async function branch(
  job: JobContext<TrainingRunParams>,
  member: Member,
  { trainingId, step }: { trainingId: string; step: number },
): Promise<Start> {
  const params = await storedParams(job.db, trainingId)
  try {
    const stored = await readCheckpoint(`${checkpointFolder(job.dataDir, trainingId)}/${step}`, member.sae)
    const parent = TrainingParamsSchema.parse(params)
    job.log('info', `Beginning from step ${step} of another training.`)
    return { kind: 'branch', stored, sameStream: streamOf(parent) === streamOf(member.spec.params) }
  } catch (error) {
    if (!(error instanceof FormatError || error instanceof z.ZodError)) throw error
    const message = `The checkpoint of step ${step} that this training begins from is gone or damaged. Branch again from one that is there.`
    throw new AppError('conflict', message, { step }, { cause: error })
  }
}

/** Equal where tokens come in the same order. */
const streamOf = (params: TrainingParams): string => {
  const { bufferContexts, excludeBos, excludeTokens, skipPositions } = params
  return JSON.stringify([dataSeedOf(params), bufferContexts, excludeBos, excludeTokens, skipPositions])
}

/** Metadata of the SAE's cfg.json, in SAELens's names. */
function metadataOf(
  { modelName }: TrainingRunParams,
  params: TrainingParams,
  { tokens }: TrainingParts,
): Record<string, unknown> {
  const output = outputSiteOf(params)
  return {
    model_name: modelName,
    hook_name: params.site,
    hook_head_index: null,
    context_size: tokens.contextSize,
    ...(output === params.site ? {} : { hook_name_out: output }),
    ...(isCrosscoder(params) ? { hook_names: inputSitesOf(params) } : {}),
    prepend_bos: tokens.bosTokenId !== null,
    exclude_special_tokens: leftOut(params, tokens.bosTokenId),
    ...(params.skipPositions > 0 ? { seqpos_slice: [params.skipPositions, null] } : {}),
    training_architecture: params.architecture,
    seed: params.seed,
    // The layout's version: readers take files without one for those of before version 6.
    sae_lens_version: SAELENS_VERSION,
    sae_lens_training_version: null,
    trained_with: 'mistudio',
  }
}

/** `exclude_special_tokens` of SAELens: whether BOS was left out, or the ids of all that was. */
function leftOut({ excludeBos, excludeTokens }: TrainingParams, bos: number | null): boolean | number[] {
  return excludeTokens.length === 0 ? excludeBos : [...(excludeBos && bos !== null ? [bos] : []), ...excludeTokens]
}
