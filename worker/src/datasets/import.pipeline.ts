// dataset.import: streams a file into the document store. The store appears whole or not at all; nothing is kept of an import that was
// cancelled, killed or refused.
import { rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { AppError, DatasetImportParamsSchema, type DatasetStats } from '@mistudio/contracts'
import {
  DocumentWriter,
  findTextColumn,
  openTexts,
  resolveInside,
  type TextStream,
  writeFolderAtomic,
} from '@mistudio/formats'
import { z } from 'zod'
import { folderOf, withFileErrors } from '../files/index.js'
import { type JobContext, type OutcomeOf, pipeline } from '../runner/context.js'
import { StageProgress } from '../runner/progress.js'
import { interruptible, Pulse } from './pulse.js'
import { importedStats, removeUploadRow, storeImport } from './rows.js'

type Params = z.infer<typeof DatasetImportParamsSchema>
type Context = JobContext<Params>

/** Idempotent: an import that an earlier attempt committed answers at once, anything less starts again. */
export const importPipeline = pipeline('dataset.import', {
  run: (context) => interruptible(() => withFileErrors(() => importDataset(context))),
})

async function importDataset(context: Context): Promise<OutcomeOf<'dataset.import'>> {
  const stats = (await importedStats(context.db, context.job.params.datasetId)) ?? (await importFile(context))
  if (context.job.params.removeSource) await removeUpload(context)
  return { state: stats.skipped > 0 ? 'completed_with_errors' : 'completed', result: stats }
}

async function importFile(context: Context): Promise<DatasetStats> {
  const { path, fileName, textColumn, txtMode, onBadRecord, recordsIn, datasetId } = context.job.params
  const column = textColumn ?? (await findTextColumn(path, fileName, recordsIn))
  const source = await openTexts(path, column, { fileName, txtMode, onBadRecord, recordsIn })
  const folder = folderOf(context.dataDir, 'datasets', datasetId)
  const stats = await writeFolderAtomic(folder, (temporary) => copyTexts(context, source, temporary))
  const stored = await context.commit((tx) =>
    storeImport(tx, datasetId, {
      format: source.format,
      textColumn: source.format === 'txt' ? null : source.column,
      stats,
    }),
  )
  if (!stored) {
    await rm(folder, { recursive: true, force: true })
    throw new AppError('not_found', 'The dataset was deleted while it was imported.')
  }
  return stats
}

async function copyTexts(context: Context, source: TextStream, folder: string): Promise<DatasetStats> {
  const pulse = new Pulse(context)
  const stage = new StageProgress('importing', 'bytes')
  const writer = await DocumentWriter.open(folder)
  const report = (now: number) => stage.at(source.position(), source.size, now)
  let emptyDocuments = 0
  context.progress(report(performance.now()))
  try {
    for await (const texts of source.batches()) {
      for (const { text } of texts) {
        if (text.trim() === '') emptyDocuments++
        else await writer.add(text)
        await pulse.beat(report)
      }
    }
    await pulse.stop()
    context.progress(report(performance.now()))
    refuseEmpty(writer.documents, source)
    const { documents, bytes, characters } = writer
    const { skipped } = source
    const stats = {
      documents,
      bytes,
      characters,
      emptyDocuments,
      skipped: skipped.count,
      skippedRecords: [...skipped.records],
    }
    const { fileName } = context.job.params
    await writer.finish({ fileName, format: source.format, column: source.column, sourceBytes: source.size, stats })
    return stats
  } catch (error) {
    await writer.abort()
    throw error
  }
}

function refuseEmpty(documents: number, source: TextStream): void {
  if (documents > 0) return
  throw new AppError('dataset_invalid', `Every text in the column "${source.column}" is empty. Choose another column.`)
}

/** Removes the upload, folder and row; anything that is not an upload stays, whatever the parameters say. */
async function removeUpload(context: Context): Promise<void> {
  const uploads = join(context.dataDir, 'uploads')
  const path = await resolveInside(uploads, context.job.params.path).catch(() => null)
  const folder = path === null ? null : dirname(path)
  const id = z.uuid().safeParse(folder && basename(folder)).data
  if (!folder || !id) return context.log('warn', 'The source file is not an upload and was left where it is.')
  await rm(folder, { recursive: true, force: true })
  await removeUploadRow(context.db, id)
}
