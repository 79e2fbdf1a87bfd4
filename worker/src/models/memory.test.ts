import { readFileSync } from 'node:fs'
import { AppError } from '@mistudio/contracts'
import { planModel } from '@mistudio/interp'
import { describe, expect, it } from 'vitest'
import { availableMemory, groupHeadroom } from './available-memory.js'
import { requireMemory, runMemory } from './memory.js'

const config = JSON.parse(
  readFileSync(new URL('../../../demo/tiny-stories-1m/config.json', import.meta.url), 'utf8'),
) as Record<string, unknown>
const small = planModel(config)
const large = planModel({ ...config, hidden_size: 4096, intermediate_size: 16_384, num_hidden_layers: 32 })

describe('requireMemory', () => {
  it('lets pass what fits and refuses what does not, with figures and what to do', () => {
    const size = { batch: 1, seq: 256, logits: true }
    expect(() => requireMemory(small, size, 2e8)).not.toThrow()
    const needed = runMemory(large, size)
    expect(needed.weights).toBeGreaterThan(4 * 32 * (4 * 4096 ** 2 + 3 * 4096 * 16_384) * 0.9)
    const refusal = (available: number, asked = size): AppError => {
      try {
        requireMemory(large, asked, available)
      } catch (error) {
        if (error instanceof AppError) return error
      }
      throw new Error('it was let pass')
    }
    const error = refusal(8e9)
    expect(error).toMatchObject({ code: 'memory_insufficient', details: { total: needed.total, available: 8e9 } })
    expect(error.message).toMatch(/8\.0 GB are available\. Take a smaller model/)
    expect(refusal(needed.weights + 1, { ...size, batch: 64 }).message).toMatch(/64 × 256 tokens.*smaller batch/)
  })

  it('counts activations and logits by token', () => {
    const one = runMemory(small, { batch: 1, seq: 100, logits: true })
    const four = runMemory(small, { batch: 4, seq: 100, logits: true })
    expect(four.activations).toBe(4 * one.activations)
    expect(one.logits).toBe(100 * 2048 * 4)
    expect(runMemory(small, { batch: 1, seq: 100, logits: false }).logits).toBe(0)
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
