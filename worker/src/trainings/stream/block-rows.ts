// Where the activations of a block lie while they are served, and how: in memory, or in files when a block is larger than it may be there;
// as float32 or in two bytes a value. Where they lie changes no number.
import { randomUUID } from 'node:crypto'
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { FormatError } from '@mistudio/formats'
import { requireSpace, withFileErrors } from '../../files/index.js'
import { fromHalves, type HalfKind, toHalves } from './half-rows.js'
import type { SiteActivations } from './harvest.js'

/** Activations of whole contexts by row. */
export interface BlockRows {
  /** Copies rows to `batch` [tokens, width] at each site, one after another from row `first` on. */
  copy(rows: Uint32Array, batch: SiteActivations, first: number): Promise<void>
  /** Frees what it holds; nothing may be read afterwards. */
  release(): Promise<void>
}

/** Harvests contexts and keeps them. `harvest` may be called for parts of them, in order. */
export type BlockKeeper = (
  contexts: Uint32Array,
  harvest: (part: Uint32Array) => Promise<SiteActivations>,
) => Promise<BlockRows>

export interface RowSettings {
  /** Sites and the widths of their activations. */
  readonly widths: ReadonlyMap<string, number>
  readonly contextSize: number
  readonly precision: 'float32' | HalfKind
  /** Contexts harvested at a time where they are not kept as they come. A multiple of a forward pass, so that passes are the same. */
  readonly partContexts: number
}

export const inMemory = (settings: RowSettings): BlockKeeper =>
  settings.precision === 'float32' ? asTheyCome(settings) : inHalf(settings, settings.precision)

const asTheyCome =
  ({ widths }: RowSettings): BlockKeeper =>
  async (contexts, harvest) => {
    const activations = await harvest(contexts)
    return held(widths, (site, row, width, to, at) => {
      to.set(activations.get(site)!.subarray(row * width, (row + 1) * width), at)
    })
  }

const inHalf =
  (settings: RowSettings, precision: HalfKind): BlockKeeper =>
  async (contexts, harvest) => {
    const { widths, contextSize } = settings
    const kept = new Map([...widths].map(([site, d]) => [site, new Uint16Array(contexts.length * contextSize * d)]))
    await inParts(settings, contexts, harvest, async (site, values, at) => {
      kept.get(site)!.set(toHalves(precision, values), at)
    })
    return held(widths, (site, row, width, to, at) => {
      fromHalves(precision, kept.get(site)!.subarray(row * width, (row + 1) * width), to, at)
    })
  }

/** Rows in memory; `put` copies one to the place `at` of a batch. */
const held = (
  widths: RowSettings['widths'],
  put: (site: string, row: number, width: number, to: Float32Array, at: number) => void,
): BlockRows => ({
  async copy(rows, batch, first) {
    for (const [site, width] of widths) {
      const to = batch.get(site)!
      rows.forEach((row, i) => {
        put(site, row, width, to, (first + i) * width)
      })
    }
  },
  release: async () => undefined,
})

/** Harvests part by part; `take` gets the values of a site, and the place of the first of them in the block. */
async function inParts(
  { widths, contextSize, partContexts }: RowSettings,
  contexts: Uint32Array,
  harvest: (part: Uint32Array) => Promise<SiteActivations>,
  take: (site: string, values: Float32Array, at: number) => Promise<void>,
): Promise<void> {
  for (let first = 0; first < contexts.length; first += partContexts) {
    const activations = await harvest(contexts.subarray(first, first + partContexts))
    for (const [site, width] of widths) await take(site, activations.get(site)!, first * contextSize * width)
  }
}

/** Rows read at the same time. */
const READS = 64

/**
 * Blocks as one file per site in `folder` (made when it is not there), [rows, width] at their precision. The files lose their names as soon
 * as they are open, so a killed process leaves nothing.
 * @throws AppError `disk_full` (from the keeper) when a block would not leave room.
 */
export const onDisk =
  (folder: string, settings: RowSettings): BlockKeeper =>
  async (contexts, harvest) => {
    const { widths, contextSize, precision } = settings
    await mkdir(folder, { recursive: true })
    const size = precision === 'float32' ? 4 : 2
    const perContext = contextSize * size * [...widths.values()].reduce((sum, width) => sum + width, 0)
    await requireSpace(folder, contexts.length * perContext, 'The buffer on disk', 'Take a smaller buffer')
    const files = new Map<string, FileHandle>()
    const release = async () => {
      for (const file of files.values()) await file.close()
    }
    try {
      for (const site of widths.keys()) files.set(site, await unnamedFile(folder))
      await inParts(settings, contexts, harvest, async (site, values, at) => {
        const rows = precision === 'float32' ? values : toHalves(precision, values)
        await writeAt(files.get(site)!, rows, at * size)
      })
    } catch (error) {
      await release()
      throw error
    }
    return {
      async copy(rows, batch, first) {
        for (const [site, width] of widths) {
          await readRows(files.get(site)!, rows, width * size, (row, i) => {
            const [to, at] = [batch.get(site)!, (first + i) * width]
            if (precision !== 'float32') fromHalves(precision, new Uint16Array(row.buffer), to, at)
            else to.set(new Float32Array(row.buffer), at)
          })
        }
      },
      release,
    }
  }

async function unnamedFile(folder: string): Promise<FileHandle> {
  const path = join(folder, `${randomUUID()}.rows`)
  const file = await open(path, 'w+')
  await rm(path)
  return file
}

/** Writes values from byte `at` of the file on. */
async function writeAt(file: FileHandle, values: Float32Array | Uint16Array, at: number): Promise<void> {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  await withFileErrors(async () => {
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done)
      done += bytesWritten
    }
  })
}

/** Reads rows of `size` bytes in the order of the file, some at a time; `take` gets each in a buffer of its own, and its place in `rows`. */
async function readRows(
  file: FileHandle,
  rows: Uint32Array,
  size: number,
  take: (row: Uint8Array, i: number) => void,
): Promise<void> {
  const order = Array.from(rows, (row, i) => ({ row, i })).sort((a, b) => a.row - b.row)
  const read = async ({ row, i }: { row: number; i: number }): Promise<void> => {
    const bytes = new Uint8Array(size)
    const { bytesRead } = await file.read(bytes, 0, size, row * size)
    if (bytesRead < size) throw new FormatError('file_incomplete', `The buffer on disk lacks row ${row}`)
    take(bytes, i)
  }
  for (let n = 0; n < order.length; n += READS) await Promise.all(order.slice(n, n + READS).map(read))
}
