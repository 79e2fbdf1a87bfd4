import { readFileSync } from 'node:fs'
import { memoryOfRun } from '@mistudio/contracts'
import { estimateRunMemory, planModel } from '@mistudio/interp/models'
import { describe, expect, it } from 'vitest'
import { availableMemory, groupHeadroom } from './available-memory.js'
import { exportMemory, modelMemory, requireMemory, runBytes } from './memory.js'

const config = JSON.parse(
  readFileSync(new URL('../../../demo/tiny-stories-1m/config.json', import.meta.url), 'utf8'),
) as Record<string, unknown>
const small = planModel(config)
const large = planModel({ ...config, hidden_size: 4096, intermediate_size: 16_384, num_hidden_layers: 32 })

const SIZE = { precision: 'float32', batch: 1, seq: 256, logits: true } as const

describe('memory of a model', () => {
  it('lets pass what fits and refuses what does not, naming the precisions that would fit', () => {
    expect(() => requireMemory({ plan: small }, SIZE, 2e8)).not.toThrow()
    const [full, int4] = [runBytes({ plan: large }, SIZE), runBytes({ plan: large }, { ...SIZE, precision: 'int4' })]
    // Of the MLPs alone.
    expect(full).toBeGreaterThan(4 * 32 * 3 * 4096 * 16_384)
    expect(() => requireMemory({ plan: large }, SIZE, full)).not.toThrow()
    expect(() => requireMemory({ plan: large }, SIZE, int4)).toThrow(
      /smaller batch or context, or load the model in int4\.$/,
    )
    expect(() => requireMemory({ plan: large }, SIZE, int4 - 1)).toThrow(/or free some memory\.$/)
  })

  it('takes of an export what its file takes, whatever its plan would in float32', () => {
    const size = { bytes: 4e8, inlineBytes: 1e6, half: false }
    const subject = { plan: large, size }
    const bytes = runBytes(subject, SIZE)
    expect(bytes).toBeLessThan(runBytes({ plan: large }, SIZE) / 4)
    expect(runBytes({ plan: large, size: { ...size, inlineBytes: 4e8 } }, SIZE)).toBeGreaterThan(bytes + 7e8)
    expect(() => requireMemory(subject, SIZE, bytes)).not.toThrow()
    expect(() => requireMemory(subject, SIZE, bytes - 1)).toThrow(/of this export needs about .* fewer bits\.$/)
    const [float32] = exportMemory(large, size).precisions
    expect(float32!.weights).toBeLessThan(modelMemory(large).precisions[0]!.weights / 4)
  })

  it('shows every precision, float16 only as what the CPU does not compute in', () => {
    const { available, precisions } = modelMemory(small)
    expect(available).toBeGreaterThan(0)
    expect(precisions.map(({ precision, unavailable }) => [precision, unavailable === null])).toEqual([
      ...[['float32', true] as const, ['float16', false] as const],
      ...[['int8', true] as const, ['int4', true] as const],
    ])
    const [float32, , int8, int4] = modelMemory(large).precisions
    expect(float32!.weights).toBeGreaterThan(int8!.weights)
    expect(int8!.weights).toBeGreaterThan(int4!.weights)
  })

  it('is linear in batch × context as the estimate of a run is', () => {
    const shape = { precision: 'int8', batch: 3, context: 100, logits: 'last', cache: true } as const
    const { total, overhead } = estimateRunMemory(small, shape)
    const memory = modelMemory(small).precisions.find(({ precision }) => precision === 'int8')!
    expect(memoryOfRun(memory, 3, 100).total).toBeCloseTo(total - overhead, 3)
  })
})

describe('groupHeadroom', () => {
  const files = (content: Record<string, string>) => (path: string) => content[path] ?? null

  it('takes the tightest limit of the group and those above it, cached files counted as free', () => {
    const read = files({
      '/proc/self/cgroup': '0::/box/inner\n',
      '/sys/fs/cgroup/box/inner/memory.max': 'max\n',
      '/sys/fs/cgroup/box/inner/memory.current': '10\n',
      '/sys/fs/cgroup/box/memory.max': '1000\n',
      '/sys/fs/cgroup/box/memory.current': '900\n',
      '/sys/fs/cgroup/box/memory.stat': 'anon 300\ninactive_file 500\nfile 600\n',
    })
    expect(groupHeadroom(read)).toBe(600)
  })

  it('reads version 1, whose huge numbers mean no limit', () => {
    const at = '/sys/fs/cgroup/memory/job'
    const read = (limit: string) =>
      files({
        '/proc/self/cgroup': '4:cpu,memory:/job\n1:name=x:/\n',
        [`${at}/memory.limit_in_bytes`]: limit,
        [`${at}/memory.usage_in_bytes`]: '700',
        [`${at}/memory.stat`]: 'inactive_file 1\ntotal_inactive_file 50\n',
      })
    expect(groupHeadroom(read('1000'))).toBe(350)
    expect(groupHeadroom(read('9223372036854771712'))).toBeNull()
    expect(groupHeadroom(files({}))).toBeNull()
  })

  it('finds some memory on this machine', () => {
    expect(availableMemory()).toBeGreaterThan(2 ** 20)
  })
})
