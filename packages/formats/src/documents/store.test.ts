import { truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { refusal, settle, temporaryFolder } from '../testing.js'
import { DocumentReader, DocumentWriter } from './store.js'

const texts = ['one', '', 'wörld 😀\n', '\uFEFFmark', 'x'.repeat(5_000_000), 'last']

async function stored(): Promise<string> {
  const folder = temporaryFolder()
  const writer = await DocumentWriter.open(folder)
  for (const text of texts) await writer.add(text)
  await writer.finish({ from: 'test' })
  return folder
}

it('gives back every document exactly, by page and in a stream', async () => {
  const reader = await DocumentReader.open(await stored())
  expect(reader.length).toBe(6)
  expect(reader.manifest.data).toMatchObject({
    documents: 6,
    characters: texts.join('').length,
    bytes: Buffer.byteLength(texts.join('')),
  })
  expect(await reader.read(2, 2)).toEqual(texts.slice(2, 4))
  expect(await reader.read(4, 100)).toEqual(texts.slice(4))
  expect(await reader.read(6, 1)).toEqual([])
  const streamed: string[] = []
  for await (const batch of reader.batches(1)) streamed.push(...batch)
  expect(streamed).toEqual(texts.slice(1))
  await reader.close()
})

it('is not there until it is finished, and refuses torn or damaged files', async () => {
  const folder = temporaryFolder()
  const writer = await DocumentWriter.open(folder)
  await writer.add('text')
  await refusal(() => DocumentReader.open(folder), 'manifest_missing')
  await writer.abort()
  const whole = await stored()
  const index = Buffer.alloc(7 * 8)
  index.writeBigUInt64LE(3n, 8)
  index.writeBigUInt64LE(2n, 16)
  writeFileSync(join(whole, 'documents.idx'), index)
  await refusal(() => DocumentReader.open(whole), 'file_damaged')
  // Written so, with hashes that fit.
  await settle(whole, 'documents.idx', index)
  const reader = await DocumentReader.open(whole)
  await refusal(() => reader.read(0, 6), 'store_invalid')
  await reader.close()
  truncateSync(join(whole, 'documents.bin'), 5)
  await refusal(() => DocumentReader.open(whole), 'file_incomplete')
})
