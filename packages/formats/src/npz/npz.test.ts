// Guards: bytes laid out as the npy and ZIP formats publish them, the same each time; rounding to float16; refusals.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zipSync } from 'fflate'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { float16ToFloat32Bits } from '../safetensors/dtypes.js'
import { float16Bits } from './float16.js'
import { npyHeader } from './npy.js'
import { NpzFile } from './reader.js'
import { writeNpz } from './writer.js'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'npz-'))
})
afterAll(() => rm(folder, { recursive: true }))

const ARRAYS = [
  { name: 'x', dtype: '<f4' as const, shape: [2, 3], data: Float32Array.of(1, -2, 0.5, 3, 4, 1e-9) },
  { name: 'tokens', dtype: '<i4' as const, shape: [2], data: Int32Array.of(7, -8) },
]

it('writes stored npy members by the published layout, twice the same bytes', async () => {
  await writeNpz(join(folder, 'a.npz'), ARRAYS)
  await writeNpz(join(folder, 'b.npz'), ARRAYS)
  const bytes = await readFile(join(folder, 'a.npz'))
  expect(bytes.equals(await readFile(join(folder, 'b.npz')))).toBe(true)
  expect(bytes.readUInt32LE(0)).toBe(0x04034b50)
  expect(bytes.readUInt16LE(8)).toBe(0)
  const npy = 30 + bytes.readUInt16LE(26) + bytes.readUInt16LE(28)
  expect(bytes.subarray(npy, npy + 8).toString('latin1')).toBe('\x93NUMPY\x01\x00')
  const length = bytes.readUInt16LE(npy + 8)
  expect((10 + length) % 64).toBe(0)
  const header = bytes.subarray(npy + 10, npy + 10 + length).toString('latin1')
  expect(header).toMatch(/^\{'descr': '<f4', 'fortran_order': False, 'shape': \(2, 3\), \} *\n$/)
  const values = Array.from({ length: 6 }, (_, i) => bytes.readFloatLE(npy + 10 + length + 4 * i))
  expect(values).toEqual([...ARRAYS[0]!.data])
})

it('reads stored and deflated arrays exactly', async () => {
  const path = join(folder, 'deflated.npz')
  const data = Buffer.from(Float32Array.of(1, 2, 3).buffer)
  await writeFile(path, zipSync({ 'w.npy': Buffer.concat([npyHeader('<f4', [3]), data]) }, { level: 9 }))
  expect([...(await (await NpzFile.open(path)).float32('w'))]).toEqual([1, 2, 3])
  await writeNpz(join(folder, 'c.npz'), ARRAYS)
  const file = await NpzFile.open(join(folder, 'c.npz'))
  expect(file.names()).toEqual(['tokens', 'x'])
  expect(file.info('x')).toEqual({ dtype: 'F32', shape: [2, 3] })
  expect([...(await file.float32('tokens'))]).toEqual([7, -8])
})

it('reads rows of stored and of deflated arrays, and refuses rows that are not there', async () => {
  const values = Float32Array.from({ length: 12 }, (_, i) => i / 4)
  const arrays = [{ name: 'x', dtype: '<f4' as const, shape: [4, 3], data: values }]
  await writeNpz(join(folder, 'rows.npz'), arrays)
  const npy = Buffer.concat([npyHeader('<f4', [4, 3]), Buffer.from(values.buffer)])
  await writeFile(join(folder, 'deflated-rows.npz'), zipSync({ 'x.npy': npy }, { level: 9 }))
  for (const name of ['rows.npz', 'deflated-rows.npz']) {
    const file = await NpzFile.open(join(folder, name))
    expect([...(await file.float32Rows('x', 1, 2))]).toEqual([...values.subarray(3, 9)])
    await expect(file.float32Rows('x', 3, 2)).rejects.toMatchObject({ code: 'file_incomplete' })
  }
})

it('refuses objects, wrong lengths, damaged data and what is no zip', async () => {
  const path = join(folder, 'bad.npz')
  const refused = async (files: Record<string, Uint8Array>) => {
    await writeFile(path, zipSync(files, { level: 0 }))
    return (await NpzFile.open(path).catch((error: unknown) => error)) as { code?: string }
  }
  const objects = Buffer.from(
    Buffer.from(npyHeader('<f4', [1]))
      .toString('latin1')
      .replace('<f4', '|O '),
    'latin1',
  )
  expect(await refused({ 'o.npy': objects })).toMatchObject({ code: 'npy_dtype_unsupported' })
  expect(await refused({ 'x.npy': npyHeader('<f4', [9]) })).toMatchObject({ code: 'npz_invalid' })
  await writeFile(path, 'not a zip')
  await expect(NpzFile.open(path)).rejects.toMatchObject({ code: 'npz_invalid' })
  await writeNpz(path, ARRAYS)
  const bytes = await readFile(path)
  bytes[30 + bytes.readUInt16LE(26) + 128 + 1]! ^= 1
  await writeFile(path, bytes)
  await expect((await NpzFile.open(path)).float32('x')).rejects.toMatchObject({ code: 'file_corrupt' })
})

it('refuses thousands of arrays by their number', async () => {
  const path = join(folder, 'many.npz')
  const one = npyHeader('<f4', [0])
  await writeFile(
    path,
    zipSync(Object.fromEntries(Array.from({ length: 5000 }, (_, n) => [`a${n}.npy`, one])), { level: 0 }),
  )
  await expect(NpzFile.open(path)).rejects.toMatchObject({ code: 'npz_too_large' })
})

it('inflates no more of a member than its header to know its shape', async () => {
  const path = join(folder, 'large.npz')
  const values = Uint8Array.from({ length: 2 ** 20 }, (_, i) => 64 + ((i * i * 2654435761) >>> 27))
  await writeFile(path, zipSync({ 'x.npy': Buffer.concat([npyHeader('<f4', [2 ** 18]), values]) }, { level: 6 }))
  const bytes = await readFile(path)
  bytes.fill(0xff, 200_000, 200_200)
  await writeFile(path, bytes)
  const file = await NpzFile.open(path)
  expect(file.info('x')).toEqual({ dtype: 'F32', shape: [2 ** 18] })
  await expect(file.float32('x')).rejects.toMatchObject({ name: 'FormatError' })
})

it('rounds every float16 to itself and halfway values to even', () => {
  const view = new DataView(new ArrayBuffer(4))
  for (let half = 0; half < 0x7c00; half++) {
    view.setUint32(0, float16ToFloat32Bits(half))
    expect(float16Bits(view.getFloat32(0))).toBe(half)
  }
  expect(float16Bits(1 + 2 ** -11)).toBe(float16Bits(1))
  expect(float16Bits(1 + 3 * 2 ** -11)).toBe(float16Bits(1 + 2 ** -9))
  expect(float16Bits(2 ** -25)).toBe(0)
  expect(float16Bits(65520)).toBe(0x7c00)
})
