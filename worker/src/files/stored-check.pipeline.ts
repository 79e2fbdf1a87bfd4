// data.check: reads everything that is kept and compares it with what was written, the thing that was looked at longest ago first. In the
// background it gives way to every other job and goes on where it was at its next start.
import { type Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { STORED_ROOMS, type StoredCheckParams, type StoredRoom, type StoredTarget } from '@mistudio/contracts'
import { type Expected, FormatError, isInside, readManifestFiles, verifyFiles } from '@mistudio/formats'
import { othersWait } from '@mistudio/ledger'
import { z } from 'zod'
import { type JobContext, pipeline } from '../runner/context.js'
import { checkControl, Interruption } from '../runner/interruption.js'
import { StageProgress } from '../runner/progress.js'
import { isDamage } from './damage.js'
import { readModelManifest } from './model-manifest.js'
import { folderOf } from './places.js'
import { daysSinceCheck, modelPath, noteCheck, readyModelIds } from './rows.js'

type Context = JobContext<StoredCheckParams>

/** Bytes between two looks at what else waits. */
const LOOK_BYTES = 2 ** 26

export const storedCheckPipeline = pipeline('data.check', {
  async run(context) {
    try {
      return { state: 'completed', result: await checkAll(context) }
    } catch (error) {
      if (error instanceof Interruption) return error.outcome
      throw error
    }
  },
})

/** A thing with its folders that have a manifest. Trainings have one per checkpoint. */
interface Store extends StoredTarget {
  /** Where it lies. */
  readonly whole: string
  readonly folders: readonly string[]
  readonly bytes: number
}

/** The files of a folder and what they hashed to. */
const filesOf = async (room: StoredRoom, folder: string): Promise<Expected> =>
  room === 'models' ? ((await readModelManifest(folder)) ?? {}) : readManifestFiles(folder)

/** Thrown between two pieces when another job waits. */
class GiveWay extends Error {}

async function checkAll(context: Context): Promise<{ checked: number; damaged: number; left: number; bytes: number }> {
  const { target } = context.job.params
  context.progress({ stage: 'looking for what is kept', fraction: null })
  const stores = await due(context, target ? [target] : await everything(context))
  const total = stores.reduce((sum, { bytes }) => sum + bytes, 0)
  const reading = new Reading(context, total)
  let [checked, damaged] = [0, 0]
  try {
    for (const store of stores) {
      const file = await damagedFile(store, reading)
      await noteCheck(context.db, { room: store.room, id: store.id, bytes: store.bytes, file })
      checked++
      if (file !== null) damaged++
    }
  } catch (error) {
    if (!(error instanceof GiveWay)) throw error
  }
  return { checked, damaged, left: stores.length - checked, bytes: reading.done }
}

/** The first damaged file of a thing, below its folder; null: all are as they were written. */
async function damagedFile({ room, whole, folders }: Store, reading: Reading): Promise<string | null> {
  for (const folder of folders) {
    try {
      const files = await filesOf(room, folder)
      await verifyFiles(folder, files, { again: true, onBytes: (bytes) => reading.on(bytes) })
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      // Gone while it was read is no damage, unless only this file is gone.
      const missing =
        error.code === 'file_not_found' && (await filesOf(room, folder).then(Object.keys, () => [])).length > 0
      if (error.file !== undefined && (missing || isDamage(error.code))) return relative(whole, error.file)
      if (error.code !== 'file_not_found' && error.code !== 'manifest_missing') throw error
    }
  }
  return null
}

/** Progress, and a look at the world from time to time. */
class Reading {
  done = 0
  private looked = 0
  private readonly stage = new StageProgress('reading', 'bytes')

  constructor(
    private readonly context: Context,
    private readonly total: number,
  ) {}

  async on(bytes: number): Promise<void> {
    this.done += bytes
    if (this.done - this.looked < LOOK_BYTES) return
    this.looked = this.done
    this.context.progress(this.stage.at(this.done, this.total, performance.now()))
    await setImmediate()
    checkControl(this.context.control())
    if (this.context.job.params.givesWay && (await othersWait(this.context.db, 'data.check'))) throw new GiveWay()
  }
}

async function everything({ dataDir, db }: Context): Promise<StoredTarget[]> {
  const models = await readyModelIds(db)
  const found: StoredTarget[] = models.map((id) => ({ room: 'models', id }))
  for (const room of STORED_ROOMS) {
    if (room === 'models') continue
    const names = await foldersIn(join(dataDir, room))
    for (const id of names) if (z.uuid().safeParse(id).success) found.push({ room, id })
  }
  return found
}

/** Things with their folders and sizes, the one that was looked at longest ago first, without those that were lately. */
async function due({ db, dataDir, job }: Context, targets: readonly StoredTarget[]): Promise<Store[]> {
  const age = await daysSinceCheck(db)
  const chosen = targets.filter((target) => age(target) >= job.params.olderThanDays).sort((a, b) => age(b) - age(a))
  const stores: Store[] = []
  for (const target of chosen) {
    const store = target.room === 'models' ? await modelOf({ db, dataDir }, target) : await storeOf(dataDir, target)
    if (store) stores.push(store)
  }
  return stores
}

/** Null for a model in a folder of the user, which may change, and for one of which nobody noted what its files hashed to. */
async function modelOf({ db, dataDir }: Pick<Context, 'db' | 'dataDir'>, target: StoredTarget): Promise<Store | null> {
  const path = await modelPath(db, target.id)
  if (path === null || !isInside(dataDir, path)) return null
  const files = await readModelManifest(path).catch((error: unknown) => {
    // Its own damage is found when the model is read.
    if (error instanceof FormatError) return {}
    throw error
  })
  const bytes = Object.values<Expected[string]>(files ?? {}).reduce((sum, file) => sum + file.bytes, 0)
  return files && { room: target.room, id: target.id, whole: path, folders: [path], bytes }
}

/** Null for a thing that has no complete folder (yet, or any more). */
async function storeOf(dataDir: string, { room, id }: StoredTarget): Promise<Store | null> {
  const whole = folderOf(dataDir, room, id)
  const folders = room === 'trainings' ? await checkpointsIn(whole) : [whole]
  const complete: string[] = []
  let bytes = 0
  for (const folder of folders) {
    const files = await readManifestFiles(folder).catch(() => null)
    if (files === null && relative(whole, folder) === '' && !(await hasManifest(folder))) continue
    complete.push(folder)
    for (const file of Object.values(files ?? {})) bytes += file.bytes
  }
  return complete.length > 0 ? { room, id, whole, folders: complete, bytes } : null
}

const hasManifest = async (folder: string): Promise<boolean> =>
  (await readdir(folder).catch(() => [] as string[])).includes('manifest.json')

const checkpointsIn = async (folder: string): Promise<string[]> => {
  const place = join(folder, 'checkpoints')
  return (await foldersIn(place)).filter((name) => /^\d+$/.test(name)).map((name) => join(place, name))
}

const foldersIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { withFileTypes: true }).catch(() => [] as Dirent[]))
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
