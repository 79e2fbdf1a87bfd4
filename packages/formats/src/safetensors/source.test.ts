import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ROOT, refusal, safetensorsBytes, temporaryFolder } from '../testing.js'
import { openTensorSource } from './source.js'

const shard = (name: string, value: number) =>
  safetensorsBytes(
    { [name]: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } },
    new Uint8Array(Float32Array.of(value).buffer),
  )

function shardedFolder(weightMap: Record<string, string>): string {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'one.safetensors'), shard('a', 1))
  writeFileSync(join(folder, 'two.safetensors'), shard('b', 2))
  writeFileSync(join(folder, 'model.safetensors.index.json'), JSON.stringify({ metadata: {}, weight_map: weightMap }))
  return folder
}

it('reads shards as one source', async () => {
  const folder = shardedFolder({ b: 'two.safetensors', a: 'one.safetensors' })
  for (const path of [folder, join(folder, 'model.safetensors.index.json')]) {
    const source = await openTensorSource(path)
    expect(source.names()).toEqual(['a', 'b'])
    expect([...(await source.float32('a')), ...(await source.float32('b'))]).toEqual([1, 2])
    await refusal(() => source.info('c'), 'safetensors_tensor_missing')
  }
})

it('gives tensors in pieces whose values are those of the whole, also from shards', async () => {
  const count = 2 ** 22 + 3
  const values = Float32Array.from({ length: count }, (_, i) => i)
  const header = { a: { dtype: 'F32', shape: [count], data_offsets: [0, 4 * count] as [number, number] } }
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'one.safetensors'), safetensorsBytes(header, new Uint8Array(values.buffer)))
  const index = JSON.stringify({ weight_map: { a: 'one.safetensors' } })
  writeFileSync(join(folder, 'model.safetensors.index.json'), index)
  const source = await openTensorSource(folder)
  const lengths: number[] = []
  let at = 0
  let different = 0
  for await (const piece of source.float32Pieces('a')) {
    lengths.push(piece.length)
    for (const value of piece) if (value !== values[at++]) different++
  }
  expect([different, ...lengths]).toEqual([0, 2 ** 22, 3])
})

it('gives float16 in pieces as it does whole', async () => {
  const source = await openTensorSource(join(ROOT, 'demo/tiny-stories-1m'))
  const pieces: number[] = []
  for await (const piece of source.float32Pieces('model.norm.weight')) pieces.push(...piece)
  expect(pieces).toEqual([...(await source.float32('model.norm.weight'))])
})

it('reads the bundled model, stored as float16', async () => {
  const source = await openTensorSource(join(ROOT, 'demo/tiny-stories-1m'))
  const { dtype, shape } = source.info('model.embed_tokens.weight')
  expect([dtype, ...shape]).toEqual(['F16', 2048, 128])
  const values = await source.float32('model.embed_tokens.weight')
  // Every float16 has at most 11 significant bits: times 2^24 it is an integer.
  expect(values.every((value) => Number.isInteger(value * 2 ** 24))).toBe(true)
})

it('refuses shards outside the folder, also through links', async () => {
  const outside = temporaryFolder()
  writeFileSync(join(outside, 'secret.safetensors'), shard('a', 1))
  await refusal(() => openTensorSource(shardedFolder({ a: join(outside, 'secret.safetensors') })), 'path_outside_root')
  await refusal(() => openTensorSource(shardedFolder({ a: '../secret.safetensors' })), 'path_outside_root')
  const linked = shardedFolder({ a: 'link.safetensors' })
  symlinkSync(join(outside, 'secret.safetensors'), join(linked, 'link.safetensors'))
  await refusal(() => openTensorSource(linked), 'path_outside_root')
})

it('refuses an index that lies, is malformed, or whose shard is gone', async () => {
  await refusal(() => openTensorSource(shardedFolder({ a: 'two.safetensors' })), 'safetensors_index_invalid')
  await refusal(() => openTensorSource(shardedFolder({ a: 'three.safetensors' })), 'file_not_found')
  const folder = shardedFolder({})
  writeFileSync(join(folder, 'model.safetensors.index.json'), '{"weight_map": {"a": 1}}')
  await refusal(() => openTensorSource(folder), 'safetensors_index_invalid')
  writeFileSync(
    join(folder, 'model.safetensors.index.json'),
    '{"weight_map": {"a": "one.safetensors", "a": "two.safetensors"}}',
  )
  await refusal(() => openTensorSource(folder), 'json_duplicate_key')
})

it('never opens pickles and says what to do', async () => {
  const folder = temporaryFolder()
  await refusal(() => openTensorSource(folder), 'weights_missing')
  writeFileSync(join(folder, 'pytorch_model.bin'), 'x')
  const error = await refusal(() => openTensorSource(folder), 'pickle_refused')
  expect(error.message).toContain('safe_serialization=True')
  await refusal(() => openTensorSource(join(folder, 'pytorch_model.bin')), 'pickle_refused')
})
