// Damage is found before anything is read, and looking for it costs one reading: counted in bytes.
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { DocumentReader, DocumentWriter } from '../documents/store.js'
import { temporaryFolder } from '../testing.js'
import { TokenReader } from '../tokens/reader.js'
import { TokenWriter } from '../tokens/writer.js'
import { writeFileAtomic } from './atomic.js'
import { type Expected, rememberWritten, verifyFiles } from './verified.js'

const BYTES = 3 * 2 ** 20 + 17

/** Changes one bit in place. */
function flip(path: string, at = 5): void {
  const byte = readFileSync(path)[at]! ^ 1
  const file = openSync(path, 'r+')
  writeSync(file, Uint8Array.of(byte), 0, 1, at)
  closeSync(file)
}

let folder: string
let files: Expected
beforeEach(async () => {
  folder = temporaryFolder()
  files = { 'a.bin': await writeFileAtomic(join(folder, 'a.bin'), new Uint8Array(BYTES).fill(7)) }
})

describe('looking for damage', () => {
  it('reads every byte once, and nothing the second time', async () => {
    expect(await verifyFiles(folder, files)).toBe(BYTES)
    expect(await verifyFiles(folder, files)).toBe(0)
  })

  it('reads nothing of what was just written', async () => {
    await rememberWritten(folder, files)
    expect(await verifyFiles(folder, files)).toBe(0)
  })

  it('reads everything when asked to trust nothing', async () => {
    await rememberWritten(folder, files)
    expect(await verifyFiles(folder, files, { again: true })).toBe(BYTES)
  })

  it('finds one flipped bit, each time it is asked', async () => {
    await rememberWritten(folder, files)
    flip(join(folder, 'a.bin'))
    for (let i = 0; i < 2; i++) await expect(verifyFiles(folder, files)).rejects.toMatchObject({ code: 'file_damaged' })
  })

  it('finds it although the time of the change was set back', async () => {
    const path = join(folder, 'a.bin')
    await rememberWritten(folder, files)
    const { atime, mtime } = statSync(path)
    flip(path)
    utimesSync(path, atime, mtime)
    await expect(verifyFiles(folder, files)).rejects.toMatchObject({ code: 'file_damaged' })
  })

  it('remembers nothing of a file in which damage was found without a trace in its times', async () => {
    const path = join(folder, 'a.bin')
    flip(path)
    // As if the disk had changed the bit: what is remembered is of this very state.
    await rememberWritten(folder, files)
    expect(await verifyFiles(folder, files)).toBe(0)
    await expect(verifyFiles(folder, files, { again: true })).rejects.toMatchObject({ code: 'file_damaged' })
    await expect(verifyFiles(folder, files)).rejects.toMatchObject({ code: 'file_damaged' })
  })

  it('reads again what was put in the place of a file', async () => {
    await verifyFiles(folder, files)
    writeFileSync(join(folder, 'b'), new Uint8Array(BYTES).fill(7))
    renameSync(join(folder, 'b'), join(folder, 'a.bin'))
    expect(await verifyFiles(folder, files)).toBe(BYTES)
  })

  it('takes a broken memory for none', async () => {
    await verifyFiles(folder, files)
    writeFileSync(join(folder, '.verified.json'), '{"version":1,"files":{"a.bin":{}}')
    expect(await verifyFiles(folder, files)).toBe(BYTES)
  })
})

describe('stores', () => {
  async function tokenStore(): Promise<string> {
    const place = join(folder, 'tokens')
    mkdirSync(place)
    const writer = await TokenWriter.open(place, { contextSize: 4, vocabSize: 100, bosTokenId: null })
    await writer.add(Int32Array.from({ length: 40 }, (_, i) => i))
    writer.endSplits()
    await writer.finish({})
    return place
  }

  async function documentStore(): Promise<string> {
    const place = join(folder, 'documents')
    mkdirSync(place)
    const writer = await DocumentWriter.open(place)
    for (const text of ['one', 'two', 'three']) await writer.add(text)
    await writer.finish({})
    return place
  }

  it.each(['tokens.bin', 'documents.bin'])('tokens with a flipped bit in %s are not opened', async (name) => {
    const place = await tokenStore()
    await (await TokenReader.open(place)).close()
    flip(join(place, name), 0)
    await expect(TokenReader.open(place)).rejects.toMatchObject({ code: 'file_damaged', file: join(place, name) })
  })

  it.each(['documents.bin', 'documents.idx'])('documents with a flipped bit in %s are not opened', async (name) => {
    const place = await documentStore()
    await (await DocumentReader.open(place)).close()
    flip(join(place, name), 1)
    await expect(DocumentReader.open(place)).rejects.toMatchObject({ code: 'file_damaged', file: join(place, name) })
  })
})
