// sae.import: brings an SAE's files here, writes them in the product's own layout, and checks the SAE on the user's model. It is ready only
// after the check; killed or broken it goes on where it was, cancelled it leaves no file.
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError, type SaeImportParams } from '@mistudio/contracts'
import { readSaeLensFolder, removeLeftovers } from '@mistudio/formats'
import { Sae } from '@mistudio/interp/saes'
import { saeFolder, withSaeErrors } from '../features/index.js'
import { folderOf } from '../files/index.js'
import { cachePlaces, hubWorld, PATIENT, type Places, type Timing, withControl } from '../hub/index.js'
import { type JobContext, type OutcomeOf, type Pipeline, pipeline } from '../runner/context.js'
import { checkControl, Interruption } from '../runner/interruption.js'
import { StageProgress } from '../runner/progress.js'
import { runtime } from '../runtime/index.js'
import { runCheck } from './check/run-check.js'
import { checkResult, storeFrequencies } from './check/store-check.js'
import { declaredBy, dOutOf, kOf } from './declared.js'
import { fetchSae } from './hub-source.js'
import { openSaeFiles, placeOf, type SaeFiles } from './open-files.js'
import { isStored, storeCheck, storeImport, storeNothing } from './rows.js'
import { storeSae } from './store-files.js'

type Context = JobContext<SaeImportParams>

/** The pipeline with another patience; tests do not wait. */
export const importSaePipelineWith = (timing: Timing): Pipeline<'sae.import'> =>
  pipeline('sae.import', {
    places: cachePlaces,
    run: (context) => importSae(context, timing),
  })
export const importSaePipeline = importSaePipelineWith(PATIENT)

async function importSae(context: Context, timing: Timing): Promise<OutcomeOf<'sae.import'>> {
  const { saeId } = context.job.params
  const outcome = await withControl(context, async (signal): Promise<OutcomeOf<'sae.import'>> => {
    try {
      const stored = await isStored(context.db, saeId)
      if (stored === null) throw new AppError('not_found', 'The SAE was deleted while it was being imported.')
      if (!stored) await store(context, await bring(context, timing, signal))
      const checked = await runCheck(context, context.job.params)
      await storeFrequencies(context.dataDir, saeId, checked)
      await context.commit((tx) => storeCheck(tx, saeId, checked.check))
      return { state: 'completed', result: checkResult(checked.check) }
    } catch (error) {
      if (error instanceof Interruption) return error.outcome
      throw error
    }
  })
  if (outcome.state === 'completed' || outcome.state === 'cancelled') await removeSource(context)
  if (outcome.state === 'cancelled') await removeStored(context)
  return outcome
}

/** The folder that holds the files, fetched from the hub where they come from there. */
async function bring(context: Context, timing: Timing, signal: AbortSignal): Promise<string> {
  const { origin } = context.job.params
  if (origin.kind === 'folder') return origin.path
  context.progress({ stage: 'asking the hub', fraction: null })
  const places = placesOf(context)
  const stage = new StageProgress('downloading', 'bytes')
  let [total, done] = [0, 0]
  await fetchSae(await hubWorld(context, timing), origin, places, {
    signal,
    onFiles: (bytes) => {
      total = bytes
    },
    onBytes: (bytes) => {
      done += bytes
      context.progress(stage.at(done, total, performance.now()))
    },
    onWait: (ms, why) => context.log('warn', `${why.message} Trying again in ${Math.ceil(ms / 1000)} s.`),
  })
  return join(places.snapshot, origin.path)
}

const sourceFolder = ({ dataDir, job }: Context): string => folderOf(dataDir, 'sae-sources', job.params.saeId)
const placesOf = (context: Context): Places => ({
  snapshot: join(sourceFolder(context), 'files'),
  partial: join(sourceFolder(context), 'files.part'),
})

/** Checks the files against the site and writes them in the product's layout, then the row. */
async function store(context: Context, folder: string): Promise<void> {
  const { saeId, origin, site, siteOut, maxPositions } = context.job.params
  context.progress({ stage: 'reading the SAE', fraction: null })
  const files = await openSaeFiles(folder, placeOf(origin))
  requireWidths(context.job.params, files)
  const stage = new StageProgress('converting', 'tensors')
  const bytes = await withSaeErrors(() =>
    storeSae(saeFolder(context.dataDir, saeId), files, folder, { site, siteOut }, (done, total) => {
      context.progress(stage.at(done, total, performance.now()))
      checkControl(context.control())
    }),
  )
  await requireReadable(context)
  const { cfg, layout } = files
  const declared = declaredBy(cfg)
  const k = kOf(cfg)
  await context.commit((tx) =>
    storeImport(tx, saeId, {
      architecture: cfg.architecture,
      dIn: cfg.d_in,
      dSae: cfg.d_sae,
      k: Number.isInteger(k) ? k : null,
      contextSize: Math.min(declared.contextSize ?? maxPositions, maxPositions),
      bytes,
      layout,
      declared,
    }),
  )
}

/** @throws AppError `sae_invalid` naming widths and sites. */
function requireWidths(
  {
    site,
    siteOut,
    width,
    widthOut,
    modelName,
  }: Pick<SaeImportParams, 'site' | 'siteOut' | 'width' | 'widthOut' | 'modelName'>,
  { cfg }: Pick<SaeFiles, 'cfg'>,
): void {
  const transcoder = cfg.architecture.endsWith('transcoder')
  if (transcoder && siteOut === null) {
    throw new AppError('sae_invalid', `This is a ${cfg.architecture}: say which site it reconstructs, too.`)
  }
  if (!transcoder && siteOut !== null) {
    throw new AppError(
      'sae_invalid',
      `This ${cfg.architecture} SAE reconstructs the site it reads; leave the second site out.`,
    )
  }
  const wrong = [
    { what: 'd_in', size: cfg.d_in, at: site, width },
    { what: 'd_out', size: dOutOf(cfg), at: siteOut ?? site, width: widthOut },
  ].find((one) => one.size !== one.width)
  if (!wrong) return
  throw new AppError(
    'sae_invalid',
    `The SAE has ${wrong.what} ${wrong.size}, ${modelName} has ${wrong.width} values at ${wrong.at}. Choose the model and site it was trained on.`,
    { dIn: wrong.size, width: wrong.width },
  )
}

/** Loads what was written, as every other room will. @throws AppError `sae_invalid`, `sae_unsupported`. */
const requireReadable = ({ dataDir, job, threads }: Context): Promise<void> =>
  withSaeErrors(async () => {
    const { cfg, weights } = await readSaeLensFolder(saeFolder(dataDir, job.params.saeId))
    const sae = await Sae.load(cfg, weights, runtime, { threads })
    await sae.release()
  })

const removeSource = async (context: Context): Promise<void> => {
  await rm(sourceFolder(context), { recursive: true, force: true })
}

async function removeStored(context: Context): Promise<void> {
  const folder = saeFolder(context.dataDir, context.job.params.saeId)
  await context.commit((tx) => storeNothing(tx, context.job.params.saeId))
  await rm(folder, { recursive: true, force: true })
  await removeLeftovers(folder)
}
