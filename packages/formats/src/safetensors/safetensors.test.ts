import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { FormatError } from '../errors.js'
import { fixture, refusal, safetensorsBytes, temporaryFile, temporaryFolder } from '../testing.js'
import { SafetensorsFile } from './reader.js'
import { writeSafetensors } from './writer.js'

const f32 = (shape: number[], start: number, end: number, dtype = 'F32') => ({
  dtype,
  shape,
  data_offsets: [start, end],
})
const open = (content: Uint8Array) => SafetensorsFile.open(temporaryFile('model.safetensors', content))

describe('reading', () => {
  it('reads tensors by position, whatever the order in the header', async () => {
    const data = new Uint8Array(Float32Array.of(1, 2, 3, 4, 5).buffer)
    const file = await open(
      safetensorsBytes({ b: f32([3], 8, 20), a: f32([2, 1], 0, 8), __metadata__: { format: 'pt' } }, data),
    )
    expect(file.names()).toEqual(['a', 'b'])
    expect(file.info('a')).toMatchObject({ dtype: 'F32', shape: [2, 1] })
    expect([...(await file.float32('b'))]).toEqual([3, 4, 5])
    expect([...(await file.float64('a'))]).toEqual([1, 2])
    expect(file.header.metadata).toEqual({ format: 'pt' })
  })

  it('accepts empty tensors, scalars and a file without tensors', async () => {
    const file = await open(
      safetensorsBytes({ none: f32([0, 7], 0, 0), one: f32([], 0, 4) }, new Uint8Array(Float32Array.of(9).buffer)),
    )
    expect((await file.float32('none')).length).toBe(0)
    expect([...(await file.float32('one'))]).toEqual([9])
    expect((await open(safetensorsBytes({}))).names()).toEqual([])
  })

  it('refuses a file that changed after its header was read', async () => {
    const path = temporaryFile('m.safetensors', safetensorsBytes({ a: f32([1], 0, 4) }, new Uint8Array(4)))
    const file = await SafetensorsFile.open(path)
    writeFileSync(path, safetensorsBytes({ abc: f32([1], 0, 4) }, new Uint8Array(4)))
    await refusal(() => file.float32('a'), 'file_changed')
  })
})

/** A header of objects that would all have to be built. */
const MANY = `{${Array.from({ length: 310_000 }, (_, n) => `"${n}":{}`).join(',')}}`

describe('refusals', () => {
  const cases: [string, Uint8Array, Parameters<typeof refusal>[1]][] = [
    ['an empty file', new Uint8Array(0), 'safetensors_header_truncated'],
    ['fewer than 8 bytes', new Uint8Array(7), 'safetensors_header_truncated'],
    ['a header longer than the file', safetensorsBytes({}, new Uint8Array(0), 100), 'safetensors_header_truncated'],
    ['more tensors than files have', safetensorsBytes(MANY), 'safetensors_header_too_large'],
    ['a header over the limit', safetensorsBytes({}, new Uint8Array(0), 25_000_001), 'safetensors_header_too_large'],
    ['a header that is not JSON', safetensorsBytes('{"a":'), 'safetensors_header_invalid'],
    ['a header that is not an object', safetensorsBytes('[1]'), 'safetensors_header_invalid'],
    ['metadata that is not text', safetensorsBytes({ __metadata__: { a: 1 } }), 'safetensors_header_invalid'],
    [
      'an unknown field',
      safetensorsBytes({ a: { ...f32([1], 0, 4), x: 1 } }, new Uint8Array(4)),
      'safetensors_header_invalid',
    ],
    ['a negative size', safetensorsBytes({ a: f32([-1], 0, 4) }, new Uint8Array(4)), 'safetensors_header_invalid'],
    [
      'an unknown dtype',
      safetensorsBytes({ a: f32([1], 0, 4, 'F31') }, new Uint8Array(4)),
      'safetensors_dtype_unknown',
    ],
    [
      'a dtype named like an object member',
      safetensorsBytes({ a: f32([1], 0, 4, 'toString') }, new Uint8Array(4)),
      'safetensors_dtype_unknown',
    ],
    [
      'a range that is too short',
      safetensorsBytes({ a: f32([2], 0, 4) }, new Uint8Array(4)),
      'safetensors_shape_mismatch',
    ],
    [
      'a product that overflows',
      safetensorsBytes({ a: f32([2 ** 31, 2 ** 31, 4], 0, 0) }),
      'safetensors_shape_mismatch',
    ],
    [
      'a range beyond the file',
      safetensorsBytes({ a: f32([2], 0, 8) }, new Uint8Array(4)),
      'safetensors_file_truncated',
    ],
    ['a gap', safetensorsBytes({ a: f32([1], 4, 8) }, new Uint8Array(8)), 'safetensors_ranges_invalid'],
    [
      'an overlap',
      safetensorsBytes({ a: f32([1], 0, 4), b: f32([1], 0, 4) }, new Uint8Array(4)),
      'safetensors_ranges_invalid',
    ],
    [
      'a tail that belongs to nothing',
      safetensorsBytes({ a: f32([1], 0, 4) }, new Uint8Array(5)),
      'safetensors_ranges_invalid',
    ],
  ]
  it.each(cases)('refuses %s', async (_name, content, code) => {
    const error = await refusal(() => open(content), code)
    expect(error.message).toContain('model.safetensors')
  })

  it('refuses a name that occurs twice, also when it is written with escapes', async () => {
    const entry = JSON.stringify(f32([1], 0, 4))
    await refusal(
      () => open(safetensorsBytes(`{"a":${entry},"\\u0061":${entry}}`, new Uint8Array(4))),
      'safetensors_duplicate_key',
    )
  })

  it('refuses to convert F8 and to find what is not there', async () => {
    const file = await open(safetensorsBytes({ a: f32([4], 0, 4, 'F8_E5M2') }, new Uint8Array(4)))
    await refusal(() => file.float32('a'), 'safetensors_dtype_unsupported')
    await refusal(() => file.float32('b'), 'safetensors_tensor_missing')
    await refusal(() => SafetensorsFile.open('/nowhere/at/all'), 'file_not_found')
    await refusal(() => SafetensorsFile.open(temporaryFolder()), 'file_not_regular')
  })

  it('keeps a tensor named __proto__ a plain name', async () => {
    const text = `{"__proto__":${JSON.stringify(f32([1], 0, 4))}}`
    expect((await open(safetensorsBytes(text, new Uint8Array(4)))).names()).toEqual(['__proto__'])
  })

  it('answers mutated files with its own error or a consistent index, never otherwise', async () => {
    const valid = safetensorsBytes(
      { a: f32([2, 3], 0, 24), 'b.weight': f32([1], 24, 26, 'BF16'), c: f32([4], 26, 30, 'U8') },
      new Uint8Array(30),
    )
    const path = join(temporaryFolder(), 'm.safetensors')
    let state = 12345
    const random = (n: number) => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0
      return (state >>> 8) % n
    }
    let refused = 0
    for (let round = 0; round < 3000; round++) {
      const bytes = valid.slice(0, random(10) === 0 ? random(valid.length) : valid.length)
      const interesting = '{}[]",:0123456789-e\\'
      for (let change = 0; change < 1 + random(3) && bytes.length > 0; change++)
        bytes[random(bytes.length)] = random(2) ? random(256) : interesting.charCodeAt(random(interesting.length))
      writeFileSync(path, bytes)
      try {
        const file = await SafetensorsFile.open(path)
        for (const name of file.names()) {
          const { bytes: length, offset } = file.info(name)
          expect(offset + length).toBeLessThanOrEqual(bytes.length)
        }
      } catch (error) {
        if (!(error instanceof FormatError)) throw error
        refused++
      }
    }
    expect(refused).toBeGreaterThan(1000)
  })

  it('refuses a file cut anywhere', async () => {
    const whole = readFileSync(fixture('saelens_standard_bf16/sae_weights.safetensors'))
    const path = temporaryFile('w.safetensors', whole)
    for (let length = whole.length - 1; length >= 0; length -= 97) {
      truncateSync(path, length)
      const error: unknown = await SafetensorsFile.open(path).catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(FormatError)
    }
  })
})

describe('writing', () => {
  it.each(['saelens_jumprelu', 'saelens_standard_bf16'])(
    'writes %s byte for byte as the reference library did',
    async (name) => {
      const path = fixture(`${name}/sae_weights.safetensors`)
      const file = await SafetensorsFile.open(path)
      const tensors = file.names().map((tensor) => ({
        name: tensor,
        dtype: file.info(tensor).dtype,
        shape: file.info(tensor).shape,
        data: () => file.raw(tensor),
      }))
      const copy = join(temporaryFolder(), 'copy.safetensors')
      await writeSafetensors(copy, tensors.reverse(), file.header.metadata)
      expect(readFileSync(copy).equals(readFileSync(path))).toBe(true)
    },
  )

  it('refuses data of the wrong length and leaves nothing behind', async () => {
    const path = join(temporaryFolder(), 'x.safetensors')
    const tensor = { name: 'a', dtype: 'F32' as const, shape: [2], data: Float32Array.of(1) }
    await refusal(() => writeSafetensors(path, [tensor]), 'safetensors_shape_mismatch')
    await refusal(() => SafetensorsFile.open(path), 'file_not_found')
  })
})
