// sae.export: an archive of an SAE in one layout, with its card. The archive of an earlier export of the same layout is replaced.
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type SaeExportParams } from '@mistudio/contracts'
import { writeZip } from '@mistudio/formats'
import { saeFolder, withSaeErrors } from '../features/index.js'
import { folderOf } from '../files/index.js'
import { type JobContext, type OutcomeOf, pipeline } from '../runner/context.js'
import { checkControl, Interruption } from '../runner/interruption.js'
import { StageProgress } from '../runner/progress.js'
import { type LaidOutFile, layOut } from './export/lay-out.js'

type Context = JobContext<SaeExportParams>

export const exportSaePipeline = pipeline('sae.export', {
  run: (context) => exportSae(context),
})

async function exportSae(context: Context): Promise<OutcomeOf<'sae.export'>> {
  const { layout, folder } = context.job.params
  context.progress({ stage: 'writing the layout', fraction: null })
  try {
    const written = await withLaidOut(context, (files) => {
      const stage = new StageProgress('packing', 'bytes')
      const total = files.reduce((sum, { bytes }) => sum + bytes, 0)
      let done = 0
      const members = files.map(({ name, path }) => ({ name: `${folder}/${name}`, path }))
      return writeZip(join(exportFolder(context), `${layout}.zip`), members, (bytes) => {
        done += bytes
        context.progress(stage.at(done, total, performance.now()))
        checkControl(context.control())
      })
    })
    return { state: 'completed', result: { layout, ...written } }
  } catch (error) {
    if (error instanceof Interruption) return error.outcome
    throw error
  }
}

const exportFolder = ({ dataDir, job }: Pick<Context, 'dataDir'> & { job: { params: { saeId: string } } }): string =>
  folderOf(dataDir, 'sae-exports', job.params.saeId)

/** Runs `work` on the files of the layout and the card (README.md); the working folder is gone afterwards. */
export async function withLaidOut<T, P extends Pick<SaeExportParams, 'saeId' | 'layout' | 'card' | 'dataset'>>(
  context: Pick<JobContext<P>, 'dataDir' | 'job'>,
  work: (files: readonly LaidOutFile[]) => Promise<T>,
): Promise<T> {
  const { saeId, layout, card, dataset } = context.job.params
  const parent = exportFolder(context)
  await mkdir(parent, { recursive: true })
  const folder = await mkdtemp(join(parent, '.work-'))
  try {
    return await withSaeErrors(async () => {
      const files = await layOut({ folder: saeFolder(context.dataDir, saeId), work: folder, layout, dataset })
      const readme = join(folder, 'README.md')
      await writeFile(readme, card)
      return work([{ name: 'README.md', path: readme, bytes: (await stat(readme)).size }, ...files])
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
