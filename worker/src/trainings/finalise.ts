// The end of an SAE's training: the SAE on disk in SAELens layout, its row, and the summary of the run. Doing it twice changes nothing.
import {
  AppError,
  chosenK,
  type IntervalMetric,
  inputSitesOf,
  siteFvuKey,
  type TrainingMetricKey,
  type TrainingRunParams,
  type TrainingSummary,
  TrainingSummarySchema,
} from '@mistudio/contracts'
import { writeFolderAtomic, writeSaeLensFolder } from '@mistudio/formats'
import type { Pool } from 'pg'
import { saeFolder, writeSaeManifest } from '../features/index.js'
import type { JobContext } from '../runner/context.js'
import type { TrainingResult } from './run-training.js'

/** One SAE of the job's result. */
export interface TrainingOutcome {
  readonly trainingId: string
  readonly saeId: string
  readonly dIn: number
  readonly dSae: number
  readonly summary: TrainingSummary
}

/** What a finished training answers, null when it is not finished. */
export async function finishedTraining(db: Pool, trainingId: string): Promise<TrainingOutcome | null> {
  const { rows } = await db.query(
    `SELECT t.sae_id AS "saeId", s.d_in AS "dIn", s.d_sae AS "dSae", r.summary FROM training t JOIN run r ON r.id = t.id JOIN sae s ON s.id = t.sae_id WHERE t.id = $1`,
    [trainingId],
  )
  const [row] = rows as { saeId: string; dIn: number; dSae: number; summary: unknown }[]
  if (!row?.summary) return null
  const { saeId, dIn, dSae } = row
  return { trainingId, saeId, dIn, dSae, summary: TrainingSummarySchema.parse(row.summary) }
}

/** Figures of the run. @throws AppError `training_invalid` when the held-out text gives no usable figure. */
function summarise({ member, steps, heldOutTokens, spent }: TrainingResult): TrainingSummary {
  const maybe = (key: TrainingMetricKey): number | null => member.metrics[key] ?? null
  const value = (key: TrainingMetricKey): number => {
    const found = maybe(key)
    if (found !== null) return found
    throw new AppError(
      'training_invalid',
      `The held-out text gives no value for ${key}. Use a larger or more varied dataset.`,
    )
  }
  const bounds = (key: IntervalMetric) => ({ low: maybe(`${key}_low`), high: maybe(`${key}_high`) })
  const { inputs } = member.sites
  const sites = inputs.map(({ name: site }, n) => ({ site, fvu: member.metrics[siteFvuKey(n + 1)] ?? null }))
  return {
    ...(inputs.length > 1 ? { sites } : {}),
    steps,
    tokens: member.tokens,
    loss: value('loss'),
    fvu: value('heldout_fvu'),
    l0: value('heldout_l0'),
    l0Median: maybe('heldout_l0_p50'),
    deadShare: value('heldout_dead_share'),
    deadByWindow: value('dead') / member.sae.cfg.d_sae,
    ceClean: value('ce_clean'),
    ceSae: value('ce_sae'),
    ceZero: value('ce_zero'),
    kl: value('kl'),
    ceRecovered: maybe('ce_recovered'),
    everyPosition: { ceRecovered: maybe('ce_recovered_every_position') },
    intervals: {
      fvu: bounds('heldout_fvu'),
      l0: bounds('heldout_l0'),
      kl: bounds('kl'),
      ceClean: bounds('ce_clean'),
      ceSae: bounds('ce_sae'),
      ceZero: bounds('ce_zero'),
      ceRecovered: bounds('ce_recovered'),
    },
    heldOutTokens,
    heldOutDocuments: value('heldout_documents'),
    harvestTokensPerSecond: spent.harvestSeconds > 0 ? spent.harvestTokens / spent.harvestSeconds : 0,
    stepTokensPerSecond: spent.stepSeconds > 0 ? member.trainedTokens / spent.stepSeconds : 0,
    seconds: spent.seconds,
  }
}

/** Writes the SAE, then its row, the run's summary and the training's link to it in one transaction. */
export async function finalise(
  job: JobContext<TrainingRunParams>,
  result: TrainingResult,
  contextSize: number,
): Promise<TrainingOutcome> {
  const { modelId, modelName, precision } = job.job.params
  const { trainingId, saeId, name, params } = result.member.spec
  const summary = summarise(result)
  const { cfg, tensors } = result.sae
  const named = Object.entries(tensors).map(([name, tensor]) => ({ name, ...tensor, dtype: 'F32' as const }))
  const written = await writeFolderAtomic(saeFolder(job.dataDir, saeId), async (folder) => {
    const files = await writeSaeLensFolder(folder, cfg, named)
    await writeSaeManifest(folder, files)
    return files
  })
  const bytes = Object.values(written).reduce((sum, file) => sum + file.bytes, 0)
  const k = chosenK(params)
  await job.flush()
  await job.commit(async (tx) => {
    await tx.query(
      `INSERT INTO sae (id, name, model_id, model_name, training_id, site, architecture, d_in, d_sae, k, context_size, summary, bytes, precision, sites)
       VALUES ($1, $2, (SELECT id FROM model WHERE id = $3), $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
       ON CONFLICT (id) DO UPDATE SET summary = excluded.summary, bytes = excluded.bytes`,
      [
        ...[saeId, name, modelId, modelName, trainingId, params.site, cfg.architecture, cfg.d_in, cfg.d_sae],
        // A mean over a batch may be a fraction: such an SAE has no k per token.
        ...[Number.isInteger(k) ? k : null, contextSize, JSON.stringify(summary), bytes, precision],
        JSON.stringify(inputSitesOf(params)),
      ],
    )
    await tx.query('UPDATE training SET step = $2, sae_id = $3 WHERE id = $1', [trainingId, summary.steps, saeId])
    await tx.query('UPDATE run SET summary = $2 WHERE id = $1', [trainingId, JSON.stringify(summary)])
  })
  return { trainingId, saeId, dIn: cfg.d_in, dSae: cfg.d_sae, summary }
}
