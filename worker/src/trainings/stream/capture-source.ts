// A finished capture as the source of a training: whole contexts read from its shards in any order, so that a stream from files has the
// order of one harvested from the model. Values are those of the files; tokens come from the token store that was captured.
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { AppError, type StoredSide } from '@mistudio/contracts'
import { FormatError, openManifest, type RowSource } from '@mistudio/formats'
import { z } from 'zod'
import { openShard } from '../../captures/index.js'
import { folderOf, withFileErrors } from '../../files/index.js'
import type { ActivationSource, SiteActivations } from './harvest.js'

/** One file of a capture: contexts [first, first + contexts). */
interface Shard {
  readonly file: RowSource
  readonly first: number
  readonly contexts: number
}

/** An opened capture; it keeps no file open. */
export interface OpenCapture {
  readonly contexts: number
  readonly contextSize: number
  readonly shards: readonly Shard[]
}

/**
 * Opens the files of a capture and checks that they hold the sites of `widths` for whole contexts.
 * @throws AppError `file_not_found` or `file_invalid` when a file is gone or damaged, `tokenization_mismatch` when it is of other tokens.
 */
export async function openCapture(
  dataDir: string,
  stored: StoredSide,
  tokenizationId: string,
  widths: ReadonlyMap<string, number>,
): Promise<OpenCapture> {
  const folder = folderOf(dataDir, 'captures', stored.captureId)
  const { contextSize } = stored
  return withFileErrors(async () => {
    const { data } = await openManifest(folder, 'activations', z.object({ tokenizationId: z.string() })).catch(gone)
    if (data.tokenizationId !== tokenizationId) {
      throw new AppError(
        'tokenization_mismatch',
        'The capture was made of other tokens than this training evaluates on.',
      )
    }
    const shards: Shard[] = []
    let first = 0
    for (const name of stored.shards) {
      const file = await openShard(join(folder, name), stored.format)
      const contexts = contextsIn(file, name, contextSize, widths)
      shards.push({ file, first, contexts })
      first += contexts
    }
    return { contexts: first, contextSize, shards }
  })
}

/** A folder that is not there was deleted; anything else is said as it is. */
function gone(error: unknown): never {
  if (!(error instanceof FormatError) || error.code !== 'manifest_missing') throw error
  const message = 'The capture that this training reads was deleted or is not complete. Choose another one.'
  throw new AppError('file_not_found', message, {}, { cause: error })
}

/** @throws FormatError `file_corrupt` for a shard without a site, of another width, or with a part of a context. */
function contextsIn(file: RowSource, name: string, size: number, widths: ReadonlyMap<string, number>): number {
  const counts = [...widths].map(([site, width]) => {
    const [rows = 0, found] = file.info(site).shape
    if (found === width && rows % size === 0 && rows > 0) return rows / size
    const what = `${site} in ${name} is [${file.info(site).shape}], expected were contexts of ${size} rows of ${width}`
    throw new FormatError('file_corrupt', what, { file: name })
  })
  if (counts.every((count) => count === counts[0])) return counts[0] ?? 0
  throw new FormatError('file_corrupt', `The sites in ${name} have different numbers of rows`, { file: name })
}

export class CaptureSource implements ActivationSource {
  tokens = 0
  seconds = 0

  constructor(
    private readonly capture: OpenCapture,
    private readonly widths: ReadonlyMap<string, number>,
    /** Called between contexts; throws to end the reading. */
    private readonly check: () => void,
  ) {}

  get contexts(): number {
    return this.capture.contexts
  }

  async harvest(contexts: Uint32Array): Promise<SiteActivations> {
    const { contextSize } = this.capture
    const out = new Map(
      [...this.widths].map(([site, width]) => [site, new Float32Array(contexts.length * contextSize * width)]),
    )
    // In the order of the files, so that the disk reads forwards.
    const order = Array.from(contexts, (context, at) => ({ context, at })).sort((a, b) => a.context - b.context)
    for (const { context, at } of order) {
      this.check()
      const began = performance.now()
      const shard = this.shardOf(context)
      for (const [site, width] of this.widths) {
        const first = (context - shard.first) * contextSize
        const rows = await withFileErrors(() => shard.file.float32Rows(site, first, contextSize))
        out.get(site)!.set(rows, at * contextSize * width)
      }
      this.tokens += contextSize
      this.seconds += (performance.now() - began) / 1000
      // Files in the system's cache are read without a pause in which messages of the supervisor could come in.
      await setImmediate()
    }
    return out
  }

  private shardOf(context: number): Shard {
    const found = this.capture.shards.find(({ first, contexts }) => context < first + contexts)
    if (!found) throw new Error(`The capture has ${this.contexts} contexts; context ${context} was asked for.`)
    return found
  }
}
