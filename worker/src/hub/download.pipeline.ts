// hub.download: brings a snapshot of a repository onto the disk and registers it as any other model folder. Paused or killed it goes on
// where it was; cancelled it leaves no file.
import { rm } from 'node:fs/promises'
import { type HubDownloadParams } from '@mistudio/contracts'
import { registerPipeline } from '../models/index.js'
import { type JobContext, type OutcomeOf, type Pipeline, pipeline } from '../runner/context.js'
import { StageProgress } from '../runner/progress.js'
import type { DownloadOptions } from './files/file-download.js'
import { withLock } from './files/lock.js'
import { type Places, placesOf } from './snapshots/places.js'
import { filesToDownload } from './snapshots/plan.js'
import { downloadSnapshot, isComplete } from './snapshots/snapshot.js'
import { withControl } from './transport/control.js'
import { PATIENT, type PassingError, type Timing } from './transport/retry.js'
import { cachePlaces, type HubWorld, hubWorld } from './world.js'

type Context = JobContext<HubDownloadParams>

/** The pipeline with another patience; tests do not wait. */
export const downloadPipelineWith = (timing: Timing): Pipeline<'hub.download'> =>
  pipeline('hub.download', {
    places: cachePlaces,
    run: (context) => download(context, timing),
  })
export const downloadPipeline = downloadPipelineWith(PATIENT)

async function download(context: Context, timing: Timing): Promise<OutcomeOf<'hub.download'>> {
  const { repo, commit, graph, modelId, precision } = context.job.params
  const places = placesOf(context.dataDir, repo, commit, graph)
  const fetched = await withControl(context, async (signal) => {
    if (await isComplete(places, null)) return null
    const world = await hubWorld(context, timing)
    return withLock(
      context.db,
      places.snapshot,
      {
        signal,
        onWait: () => context.progress({ stage: 'waiting for another download of this model', fraction: null }),
      },
      (locked) => bring(context, world, places, locked),
    )
  })
  if (fetched?.state === 'cancelled') await clear(context, places)
  if (fetched) return fetched
  return registerPipeline.run({
    ...context,
    job: { ...context.job, params: { modelId, path: places.snapshot, precision } },
  })
}

async function bring(context: Context, world: HubWorld, places: Places, signal: AbortSignal): Promise<null> {
  const { repo, commit } = context.job.params
  context.progress({ stage: 'asking the hub', fraction: null })
  const files = await filesToDownload(world, context.job.params, signal)
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0)
  const report = await downloadSnapshot(
    { repo, commit, files, places, cacheFolder: world.cacheFolder },
    { access: world.access, signal, ...reporting(context, total) },
  )
  context.log(
    'info',
    `${repo} at ${commit}: ${report.bytes} bytes, ${report.fetchedBytes} fetched from ${world.access.endpoint}, ${report.cachedBytes} taken from the Hugging Face cache; lengths and hashes fit.`,
  )
  return null
}

/** Progress and log of the transfer. */
function reporting(context: Context, total: number): Pick<DownloadOptions, 'onBytes' | 'onWait' | 'onCheck'> {
  const stage = new StageProgress('downloading', 'bytes')
  let done = 0
  const tell = () => context.progress(stage.at(done, total, performance.now()))
  return {
    onBytes: (bytes) => {
      done += bytes
      tell()
    },
    onWait: (ms: number, why: PassingError) => {
      const seconds = Math.ceil(ms / 1000)
      context.log('warn', `${why.message} Trying again in ${seconds} s.`)
      if (seconds >= 5)
        context.progress({ stage: `waiting ${seconds} s before the next try`, fraction: total ? done / total : null })
    },
    onCheck: () =>
      context.progress({ ...stage.at(done, total, performance.now()), stage: 'checking the hash', etaSeconds: null }),
  }
}

/** Removes the unfinished snapshot, unless another download of the same commit is filling it. */
async function clear({ db }: Context, { snapshot, partial }: Places): Promise<void> {
  const busy = new AbortController()
  await withLock(db, snapshot, { signal: busy.signal, onWait: () => busy.abort(null) }, async () => {
    await rm(partial, { recursive: true, force: true })
  }).catch((error: unknown) => {
    if (!busy.signal.aborted) throw error
  })
}
