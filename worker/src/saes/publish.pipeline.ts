// sae.publish: an SAE into a repository of the hub, as one commit, with the user's token. Doing it again changes nothing there.
import { type SaePublished, type SaePublishParams } from '@mistudio/contracts'
import {
  hubWorld,
  PATIENT,
  requireOnline,
  requireSafeName,
  type Timing,
  uploadFiles,
  withControl,
} from '../hub/index.js'
import { type JobContext, type Pipeline, pipeline } from '../runner/context.js'
import { StageProgress } from '../runner/progress.js'
import type { LaidOutFile } from './export/lay-out.js'
import { withLaidOut } from './export.pipeline.js'

/** The pipeline with another patience; tests do not wait. */
export const publishSaePipelineWith = (timing: Timing): Pipeline<'sae.publish'> =>
  pipeline('sae.publish', {
    run: (context) =>
      withControl(context, async (signal) => {
        const world = await hubWorld(context, timing)
        requireOnline(world)
        context.progress({ stage: 'writing the layout', fraction: null })
        const result = await withLaidOut(context, (files) => upload(context, world.access, files, signal))
        return { state: 'completed', result }
      }),
  })
export const publishSaePipeline = publishSaePipelineWith(PATIENT)

async function upload(
  context: JobContext<SaePublishParams>,
  access: Parameters<typeof uploadFiles>[0],
  files: readonly LaidOutFile[],
  signal: AbortSignal,
): Promise<SaePublished> {
  const { repo, revision, message, private: hidden } = context.job.params
  const named = files.map(({ path, ...file }) => ({ path: nameInRepo(context.job.params, file.name), source: path }))
  for (const { path } of named) requireSafeName(path, repo)
  const stage = new StageProgress('uploading', 'bytes')
  let done = 0
  const uploaded = await uploadFiles(
    access,
    { repo, revision, private: hidden, message, files: named },
    {
      signal,
      onStage: (name) => context.progress({ stage: name, fraction: null }),
      onBytes: (bytes, total) => {
        done += bytes
        context.progress(stage.at(Math.max(0, done), total, performance.now()))
      },
      onWait: (ms, why) => context.log('warn', `${why.message} Trying again in ${Math.ceil(ms / 1000)} s.`),
    },
  )
  context.log('info', `${repo}: commit ${uploaded.commit} with ${named.length} files.`)
  return { repo, ...uploaded, files: named.map(({ path }) => path) }
}

/** The card goes to the top when the user says so, everything else into the folder. */
function nameInRepo({ path, cardAtTop }: SaePublishParams, name: string): string {
  const atTop = name === 'README.md' && cardAtTop
  return path === '' || atTop ? name : `${path}/${name}`
}
