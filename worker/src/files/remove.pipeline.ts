// files.remove: deletes the folders of things whose rows are gone, with what killed writers left beside them.
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { FilesRemoveParamsSchema } from '@mistudio/contracts'
import { removeLeftovers } from '@mistudio/formats'
import type { z } from 'zod'
import { type JobContext, type OutcomeOf, pipeline } from '../runner/context.js'
import { folderOf } from './places.js'
import { forgetCheck } from './rows.js'

type Params = z.infer<typeof FilesRemoveParamsSchema>

export const removeFilesPipeline = pipeline('files.remove', {
  run: removeFiles,
})

async function removeFiles(context: JobContext<Params>): Promise<OutcomeOf<'files.remove'>> {
  const { targets } = context.job.params
  for (const [done, { room, id, checkpoint }] of targets.entries()) {
    context.progress({
      stage: 'removing',
      fraction: done / targets.length,
      done,
      total: targets.length,
      unit: 'folders',
    })
    const whole = folderOf(context.dataDir, room, id)
    const folder = checkpoint === undefined ? whole : join(whole, 'checkpoints', String(checkpoint))
    await rm(folder, { recursive: true, force: true })
    await removeLeftovers(folder)
    if (folder === whole) await forgetCheck(context.db, room, id)
  }
  return { state: 'completed', result: { removed: targets.length } }
}
