// The activation stream: what is served, in which order, and that a cursor finds its place again.
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type BlockKeeper, inMemory, onDisk } from './block-rows.js'
import { ActivationBuffer, type BufferCursor, type BufferSettings, type BufferSource, STREAM_START } from './buffer.js'
import type { SiteActivations } from './harvest.js'

const SIZE = 8
const CONTEXTS = 10
const BOS = 0
/** Two sites; the second one tells which token the first one's row is of. */
const WIDTHS = new Map([
  ['a', 2],
  ['b', 1],
])
/** Token 0 begins every context; activation = [context, position], at the other site 100 · context + position. */
const tokens = (context: number) => Array.from({ length: SIZE }, (_, t) => (t === 0 ? BOS : context + t))

function stream(
  cursor: BufferCursor = STREAM_START,
  options: { seed?: number; excluded?: BufferSettings['excluded']; keep?: BlockKeeper } = {},
) {
  const harvested: number[][] = []
  const settings = {
    contexts: CONTEXTS,
    contextSize: SIZE,
    widths: WIDTHS,
    blockContexts: 4,
    seed: options.seed ?? 1,
    excluded: options.excluded ?? ((token: number) => token === BOS),
    ...(options.keep ? { keep: options.keep } : {}),
  }
  const source: BufferSource = {
    tokens,
    async harvest(contexts) {
      harvested.push([...contexts])
      const rows = [...contexts].flatMap((c) => Array.from({ length: SIZE }, (_, t) => [c, t] as const))
      return new Map([
        ['a', Float32Array.from(rows.flat())],
        ['b', Float32Array.from(rows, ([c, t]) => 100 * c + t)],
      ])
    },
  }
  return { buffer: new ActivationBuffer(settings, source, cursor), harvested, source }
}
const rows = (batch: SiteActivations) => {
  const [a, b] = [batch.get('a')!, batch.get('b')!]
  return Array.from(b, (both, i) => {
    expect(both).toBe(100 * a[2 * i]! + a[2 * i + 1]!)
    return `${a[2 * i]}:${a[2 * i + 1]}`
  })
}
const EPOCH = CONTEXTS * (SIZE - 1)

describe('the activation stream', () => {
  it('serves every token but BOS exactly once per epoch, mixed, and only training contexts', async () => {
    const { buffer, harvested } = stream()
    const first = rows(await buffer.next(EPOCH))
    expect(new Set(first).size).toBe(EPOCH)
    expect(first.some((row) => row.endsWith(':0'))).toBe(false)
    expect(harvested.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: CONTEXTS }, (_, c) => c))
    expect(first.slice(0, 7)).not.toEqual(harvested[0]!.slice(0, 7).map((c) => `${c}:1`))
    const second = rows(await buffer.next(EPOCH))
    expect(new Set(second)).toEqual(new Set(first))
    expect(second).not.toEqual(first)
  })

  it('is the same stream for every batch size, and from every cursor', async () => {
    const whole = rows(await stream().buffer.next(3 * EPOCH))
    const { buffer } = stream()
    const served: string[] = []
    while (served.length + 13 <= 3 * EPOCH) {
      served.push(...rows(await buffer.next(13)))
      const { buffer: resumed, harvested } = stream(buffer.cursor)
      if (served.length + 5 <= whole.length) {
        expect(rows(await resumed.next(5))).toEqual(whole.slice(served.length, served.length + 5))
        expect(harvested.length).toBeLessThanOrEqual(2)
      }
    }
    expect(served).toEqual(whole.slice(0, served.length))
  })

  it('depends on the seed', async () => {
    expect(rows(await stream().buffer.next(EPOCH))).not.toEqual(
      rows(await stream(STREAM_START, { seed: 2 }).buffer.next(EPOCH)),
    )
  })

  it('keeps its place when a harvest fails', async () => {
    const { buffer } = stream()
    await buffer.next(20)
    const before = buffer.cursor
    const failing = new ActivationBuffer(
      { contexts: CONTEXTS, contextSize: SIZE, widths: WIDTHS, blockContexts: 4, seed: 1, excluded: () => false },
      { tokens, harvest: () => Promise.reject(new Error('interrupted')) },
      before,
    )
    await expect(failing.next(5)).rejects.toThrow('interrupted')
    expect(failing.cursor).toEqual(before)
  })

  it('leaves out positions, and goes back to a place it was at', async () => {
    const { buffer } = stream(STREAM_START, { excluded: (_, position) => position < 3 })
    const first = rows(await buffer.next(10))
    expect(first.every((row) => Number(row.split(':')[1]) >= 3)).toBe(true)
    buffer.seek(STREAM_START)
    expect(rows(await buffer.next(10))).toEqual(first)
  })

  it.each(['float16', 'bfloat16'] as const)(
    'kept in %s serves the same tokens, harvested in slices',
    async (precision) => {
      // Small whole numbers are exact in both.
      const wanted = (await stream().buffer.next(EPOCH)).get('a')
      const keep = inMemory({ widths: WIDTHS, contextSize: SIZE, precision, partContexts: 3 })
      const { buffer, harvested } = stream(STREAM_START, { keep })
      expect((await buffer.next(EPOCH)).get('a')).toEqual(wanted)
      expect(harvested.map(({ length }) => length)).toEqual([3, 1, 3, 1, 2])
    },
  )

  it('refuses a text of which nothing is left', async () => {
    await expect(stream(STREAM_START, { excluded: () => true }).buffer.next(5)).rejects.toMatchObject({
      code: 'training_invalid',
    })
  })

  it('serves the same whether blocks are harvested ahead or not, each once, also after a seek and a failure', async () => {
    const wanted: string[] = []
    const plain = stream()
    for (let n = 0; n < 12; n++) wanted.push(...rows(await plain.buffer.next(13)))
    const { buffer, harvested } = stream()
    const found: string[] = []
    for (let n = 0; n < 12; n++) {
      found.push(...rows(await buffer.next(13)))
      buffer.harvestAhead()
      if (n % 3 === 0) await buffer.settle()
    }
    await buffer.settle()
    expect(found).toEqual(wanted)
    expect(harvested.slice(0, plain.harvested.length)).toEqual(plain.harvested)
    // The block after the last one is under way at most.
    expect(harvested.length - plain.harvested.length).toBeLessThanOrEqual(1)
    buffer.seek(STREAM_START)
    expect(rows(await buffer.next(13))).toEqual(wanted.slice(0, 13))
  })

  it('tells of a failed harvest ahead when the block is needed, and goes on from there', async () => {
    const { buffer, fail } = failing()
    await buffer.next(4 * (SIZE - 1))
    fail(true)
    buffer.harvestAhead()
    await buffer.settle()
    const cursor = buffer.cursor
    await expect(buffer.next(1)).rejects.toThrow('no')
    expect(buffer.cursor).toEqual(cursor)
    fail(false)
    expect(rows(await buffer.next(1))).toEqual(rows(await stream(cursor).buffer.next(1)))
  })
})

describe('blocks on disk', () => {
  it.each(['float32', 'float16', 'bfloat16'] as const)(
    'serve the rows of blocks in memory, in %s, harvested in parts',
    async (precision) => {
      const folder = await mkdtemp(join(tmpdir(), 'buffer-'))
      const settings = { widths: WIDTHS, contextSize: SIZE, precision, partContexts: 3 }
      const plain = stream(STREAM_START, { keep: inMemory(settings) })
      const { buffer, harvested } = stream(STREAM_START, { keep: onDisk(folder, settings) })
      for (let n = 0; n < 12; n++) {
        expect(await buffer.next(13)).toEqual(await plain.buffer.next(13))
        if (n % 2 === 0) buffer.harvestAhead()
      }
      // Blocks of 4, 4 and 2 contexts in parts of 3.
      expect(harvested.slice(0, 5).map(({ length }) => length)).toEqual([3, 1, 3, 1, 2])
      await buffer.close()
      expect(await readdir(folder)).toEqual([])
      await rm(folder, { recursive: true })
    },
  )
})

/** The stream over a source that may fail. */
function failing() {
  let broken = false
  const { buffer, source } = stream()
  const harvest = source.harvest
  source.harvest = async (contexts) => {
    if (broken) throw new Error('no')
    return harvest(contexts)
  }
  return {
    buffer,
    fail(value: boolean) {
      broken = value
    },
  }
}
