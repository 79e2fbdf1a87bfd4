import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { refusal, settle, temporaryFolder } from '../testing.js'
import { TokenReader } from './reader.js'
import { TokenWriter } from './writer.js'

/** The rule in three lines: BOS and ids of each document in a row, cut into windows, the rest dropped. */
function packed(documents: number[][], bos: number | null, size: number): number[][] {
  const row = documents.flatMap((ids) => (bos === null ? ids : [bos, ...ids]))
  return Array.from({ length: Math.floor(row.length / size) }, (_, i) => row.slice(i * size, (i + 1) * size))
}

const train = [[5, 6, 7], [8], [], [9, 10, 11, 12, 13, 14, 15, 16, 17], [18, 19]]
const heldOut = [
  [20, 21],
  [22, 23, 24, 25],
]

async function stored(vocabSize: number, bosTokenId: number | null): Promise<string> {
  const folder = temporaryFolder()
  const writer = await TokenWriter.open(folder, { contextSize: 4, vocabSize, bosTokenId })
  for (const ids of train) await writer.add(ids)
  await writer.endTrain()
  for (const ids of heldOut) await writer.add(ids)
  await writer.finish(null)
  return folder
}

it.each([
  [50_000, 1],
  [70_000, 1],
  [50_000, null],
])('packs documents into windows, splits apart (vocabulary %i, BOS %s)', async (vocabSize, bos) => {
  const folder = await stored(vocabSize, bos)
  const reader = await TokenReader.open(folder)
  const expected = [...packed(train, bos, 4), ...packed(heldOut, bos, 4)]
  expect(reader.trainContexts).toBe(packed(train, bos, 4).length)
  expect(reader.heldOutContexts).toBe(packed(heldOut, bos, 4).length)
  expect(expected.map((_, context) => [...reader.tokens(context)])).toEqual(expected)
  expect([...reader.read(1, 2)]).toEqual(expected.slice(1, 3).flat())
  expect(readFileSync(join(folder, 'tokens.bin')).length).toBe(expected.length * 4 * (vocabSize > 65536 ? 4 : 2))
  await reader.close()
})

it('knows where documents begin', async () => {
  const reader = await TokenReader.open(await stored(100, 1))
  const starts = Array.from({ length: reader.contexts }, (_, context) => reader.documentStarts(context))
  const bosPositions = Array.from({ length: reader.contexts }, (_, context) =>
    [...reader.tokens(context)].flatMap((id, i) => (id === 1 ? [i] : [])),
  )
  expect(starts).toEqual(bosPositions)
  expect(starts[0]).toEqual([0])
  await reader.close()
})

it('knows the document of every token, also where it goes on in the next window', async () => {
  const reader = await TokenReader.open(await stored(100, 1))
  // BOS 5 6 7 | BOS 8 BOS BOS | 9 10 11 12 | 13 14 15 16 | 17 BOS 18 19, then the held-out split.
  const found = Array.from({ length: reader.contexts }, (_, context) => [...reader.documents(context)])
  expect(found.slice(0, 5)).toEqual([
    [0, 0, 0, 0],
    [1, 1, 2, 3],
    [3, 3, 3, 3],
    [3, 3, 3, 3],
    [3, 4, 4, 4],
  ])
  expect(found[5]).toEqual([5, 5, 5, 6])
  await reader.close()
})

it('refuses ids outside the vocabulary when writing and when reading, and torn files', async () => {
  const writer = await TokenWriter.open(temporaryFolder(), { contextSize: 4, vocabSize: 10, bosTokenId: null })
  await refusal(() => writer.add([1, 10]), 'tokens_invalid')
  await refusal(() => writer.add([-1]), 'tokens_invalid')
  await writer.abort()
  const folder = await stored(100, 1)
  const bytes = readFileSync(join(folder, 'tokens.bin'))
  bytes.writeUInt16LE(100, 0)
  writeFileSync(join(folder, 'tokens.bin'), bytes)
  await refusal(() => TokenReader.open(folder), 'file_damaged')
  // Written so, with hashes that fit.
  await settle(folder, 'tokens.bin', bytes)
  const reader = await TokenReader.open(folder)
  await refusal(() => reader.tokens(0), 'tokens_invalid')
  expect(() => reader.tokens(reader.contexts)).toThrow(RangeError)
  await reader.close()
  truncateSync(join(folder, 'tokens.bin'), bytes.length - 1)
  await refusal(() => TokenReader.open(folder), 'file_incomplete')
})
