// The checkpoints of one training: a folder per step, complete or absent; the list in the database says which ones count, and changes
// in the transaction that makes one valid. What a folder holds is in checkpoint-file.ts.
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Checkpoint } from '@mistudio/contracts'
import type { TrainableSae } from '@mistudio/interp/saes'
import type { Sql } from '@mistudio/sql'
import { awaitedSteps, storeCheckpoints, storedCheckpoints, storeReached } from '../rows.js'
import { readCheckpoint, type StoredCheckpoint, writeCheckpoint } from './checkpoint-file.js'

export interface Retention {
  /** So many of the newest stay. */
  readonly keep: number
}

/** Where the checkpoints of a training lie. */
export const checkpointFolder = (dataDir: string, trainingId: string): string =>
  join(dataDir, 'trainings', trainingId, 'checkpoints')

export class Checkpoints {
  constructor(
    private readonly folder: string,
    private readonly trainingId: string,
    private readonly sae: TrainableSae,
    private readonly retention: Retention,
  ) {}

  /** Those that count. */
  list(db: Sql): Promise<Checkpoint[]> {
    return storedCheckpoints(db, this.trainingId)
  }

  /** @throws FormatError, see readCheckpoint. */
  read(step: number): Promise<StoredCheckpoint> {
    return readCheckpoint(this.place(step), this.sae)
  }

  /** Writes the folder; it counts only once {@link validate} has put it on the list. `best`: the lowest held-out FVU so far. */
  async write(stored: StoredCheckpoint, best: boolean): Promise<Checkpoint> {
    const { step, createdAt, metrics } = stored.data
    const bytes = await writeCheckpoint(this.place(step), this.sae, stored)
    return { step, bytes, createdAt, metrics, ...(best ? { best } : {}) }
  }

  /** Puts a checkpoint on the list and takes off those that are not kept. Returns the steps on it. */
  async validate(tx: Sql, entry: Checkpoint): Promise<number[]> {
    const older = (await this.list(tx)).filter(({ step }) => step < entry.step)
    const kept = retained([...older, entry], this.retention, await awaitedSteps(tx, this.trainingId))
    await storeReached(tx, this.trainingId, entry.step, kept)
    return kept.map(({ step }) => step)
  }

  /** Takes a step off the list, if it is on it. Returns the steps that stay. */
  async discard(tx: Sql, step: number): Promise<number[]> {
    const kept = (await this.list(tx)).filter((entry) => entry.step !== step)
    await storeCheckpoints(tx, this.trainingId, kept)
    return kept.map((entry) => entry.step)
  }

  /** Removes folders that are not among `steps`. */
  async sweep(steps: readonly number[]): Promise<void> {
    for (const name of await foldersIn(this.folder)) {
      if (!steps.includes(Number(name))) await rm(join(this.folder, name), { recursive: true, force: true })
    }
  }

  /** Empties the list; the folders go with {@link erase} after the transaction. */
  clear(tx: Sql): Promise<void> {
    return storeCheckpoints(tx, this.trainingId, [])
  }

  erase(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true })
  }

  private place(step: number): string {
    return join(this.folder, String(step))
  }
}

/** Names in a folder; none when nothing was ever written there. */
const foldersIn = (folder: string): Promise<string[]> =>
  readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })

/** The newest ones, the newest of the best ones, and those in `awaited`, ascending; only that best one keeps its mark. */
function retained(list: readonly Checkpoint[], { keep }: Retention, awaited: readonly number[] = []): Checkpoint[] {
  const sorted = [...list].sort((a, b) => a.step - b.step)
  const best = sorted.findLast((entry) => entry.best)?.step
  return sorted
    .filter(({ step }, at) => at >= sorted.length - keep || step === best || awaited.includes(step))
    .map(({ best: _, ...entry }) => (entry.step === best ? { ...entry, best: true } : entry))
}
