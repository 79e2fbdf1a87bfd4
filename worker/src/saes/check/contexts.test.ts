// What of a dataset a self-check reads, and that it says so: never silently what the SAE was trained on.
import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TrainedOn } from '@mistudio/contracts'
import { TokenWriter } from '@mistudio/formats'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DEMO } from '../../models/testing.js'
import { openTokenizer, type Tokenizer } from '../../tokenizer/index.js'
import { type CheckText, checkText } from './contexts.js'

const SIZE = 8
const dataDir = mkdtempSync(join(tmpdir(), 'mistudio-check-text-'))
let tokenizer: Tokenizer
beforeAll(async () => {
  tokenizer = await openTokenizer(DEMO)
})
afterAll(() => rmSync(dataDir, { recursive: true, force: true }))

/** A tokenization of one document per context: 1s to train on, 2s held out. */
async function tokenization(train: number, heldOut: number): Promise<string> {
  const id = randomUUID()
  const folder = join(dataDir, 'tokenizations', id)
  mkdirSync(folder, { recursive: true })
  const writer = await TokenWriter.open(folder, { contextSize: SIZE, vocabSize: 99, bosTokenId: null })
  for (let i = 0; i < train; i += 1) await writer.add(new Int32Array(SIZE).fill(1))
  await writer.endTrain()
  for (let i = 0; i < heldOut; i += 1) await writer.add(new Int32Array(SIZE).fill(2))
  writer.endSplits()
  await writer.finish({})
  return id
}

const read = async (id: string | null, tokens: number, trainedOn: TrainedOn): Promise<CheckText> =>
  checkText(dataDir, { tokenizationId: id, tokens, name: 'stories', trainedOn }, tokenizer, true, {
    contextSize: SIZE,
    vocabSize: tokenizer.vocabSize,
  })
const tokensOf = ({ batches }: CheckText): number[] => batches.flatMap(({ tokens }) => [...tokens])
const count = (text: CheckText, token: number): number => tokensOf(text).filter((one) => one === token).length

describe('the text of a self-check', () => {
  it('is held-out documents where they are enough', async () => {
    const text = await read(await tokenization(10, 3), 2 * SIZE, 'unknown')
    expect([count(text, 1), count(text, 2)]).toEqual([0, 2 * SIZE])
    expect(text.read).toEqual({ heldOut: 2 * SIZE, train: 0, available: 13 * SIZE })
  })

  it('goes on with training documents where they are not, and says how many tokens of each', async () => {
    const text = await read(await tokenization(10, 3), 5 * SIZE, 'other')
    expect([count(text, 1), count(text, 2)]).toEqual([2 * SIZE, 3 * SIZE])
    expect(text.read).toEqual({ heldOut: 3 * SIZE, train: 2 * SIZE, available: 13 * SIZE })
  })

  it('ends with the held-out documents where the SAE was trained on the others', async () => {
    const text = await read(await tokenization(10, 3), 5 * SIZE, 'this')
    expect([count(text, 1), count(text, 2)]).toEqual([0, 3 * SIZE])
    expect(text.read).toEqual({ heldOut: 3 * SIZE, train: 0, available: 3 * SIZE })
  })

  it('is refused where nothing but what the SAE was trained on is left', async () => {
    await expect(read(await tokenization(10, 0), SIZE, 'this')).rejects.toMatchObject({
      code: 'tokenization_mismatch',
      message: expect.stringContaining('held-out documents'),
    })
  })

  it('has no shares where it is the bundled one', async () => {
    expect((await read(null, SIZE, 'unknown')).read).toBeUndefined()
  })
})
