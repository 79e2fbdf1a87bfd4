// Tensor statistics kept in the model's folder of the data directory, valid as long as the tensor's files are what they were.
import { createHash } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type TensorStatistics, TensorStatisticsSchema } from '@mistudio/contracts'
import { FormatError, readJsonFile, writeFileAtomic } from '@mistudio/formats'
import { z } from 'zod'
import { folderOf } from '../../files/index.js'

const KeptSchema = z.object({ fingerprint: z.string(), statistics: TensorStatisticsSchema })

export class StatisticsCache {
  private readonly folder: string

  /** `fingerprint` says which state of the model's files the statistics are of. */
  constructor(
    dataDir: string,
    modelId: string,
    private readonly fingerprint: string,
  ) {
    this.folder = join(folderOf(dataDir, 'models', modelId), 'tensors')
  }

  /** Null when there are none, they are of other files, or another version of the product wrote them. */
  async get(tensor: string): Promise<TensorStatistics | null> {
    let json: unknown
    try {
      json = await readJsonFile(this.file(tensor))
    } catch (error) {
      if (error instanceof FormatError && error.code === 'file_not_found') return null
      throw error
    }
    const kept = KeptSchema.safeParse(json)
    if (!kept.success || kept.data.fingerprint !== this.fingerprint) return null
    return kept.data.statistics
  }

  async put(statistics: TensorStatistics): Promise<void> {
    await mkdir(this.folder, { recursive: true })
    const text = JSON.stringify({ fingerprint: this.fingerprint, statistics })
    await writeFileAtomic(this.file(statistics.name), Buffer.from(text))
  }

  /** Tensor names come from files and may hold anything, so they are hashed. */
  private file(tensor: string): string {
    return join(this.folder, `${createHash('sha256').update(tensor).digest('hex').slice(0, 32)}.json`)
  }
}
