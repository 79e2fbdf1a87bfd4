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
} from '@mistudio/contracts'
import { writeFolderAtomic, writeSaeLensFolder } from '@mistudio/formats'
import type { Pool } from 'pg'
import { saeFolder, writeSaeManifest } from '../features/index.js'
import type { JobContext } from '../runner/context.js'
import { finishedRow, storeTrained } from './rows.js'
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
  const row = await finishedRow(db, trainingId)
  return row && { trainingId, ...row }
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
  const sae = {
    id: saeId,
    name,
    modelId,
    modelName,
    trainingId,
    site: params.site,
    sites: inputSitesOf(params),
    architecture: cfg.architecture,
    dIn: cfg.d_in,
    dSae: cfg.d_sae,
    // A mean over a batch may be a fraction.
    k: Number.isInteger(k) ? k : null,
    contextSize,
    bytes,
    precision,
  }
  await job.commit((tx) => storeTrained(tx, sae, summary))
  return { trainingId, saeId, dIn: cfg.d_in, dSae: cfg.d_sae, summary }
}
