import { describe, expect, it } from 'vitest'
import { float, float32, float32Data, Graph, int32, int64, OnnxError } from './index.js'
import { createOrtRuntime } from './ort.js'

/** One page of WebAssembly memory; the compiler's library for Node does not declare the global. */
function wasmMemory(): { buffer: ArrayBuffer } {
  const { WebAssembly } = globalThis as unknown as {
    WebAssembly: { Memory: new (descriptor: { initial: number }) => { buffer: ArrayBuffer } }
  }
  return new WebAssembly.Memory({ initial: 1 })
}

const runtime = createOrtRuntime({ threads: 1 })

async function run(graph: Graph, feeds: Parameters<Awaited<ReturnType<typeof runtime.createSession>>['run']>[0] = {}) {
  const session = await runtime.createSession(graph.build())
  try {
    return await session.run(feeds)
  } finally {
    await session.release()
  }
}

describe('graph builder', () => {
  it('computes x W + b with symbolic batch and an initialiser', async () => {
    const g = new Graph('linear')
    const x = g.input('x', 'float32', ['batch', 2])
    const w = g.initialiser(float32([1, 2, 3, 4, 5, 6], [2, 3]), 'W')
    g.output(g.add(g.matmul(x, w), g.floats([10, 20, 30])), 'float32', ['batch', 3], 'y')
    const { y } = await run(g, { x: float32([1, 1, 2, 0], [2, 2]) })
    expect(y?.dims).toEqual([2, 3])
    expect([...y!.data]).toEqual([15, 27, 39, 12, 24, 36])
  })

  it('carries values through a Loop and stacks its scan outputs', async () => {
    const g = new Graph('powers')
    const start = g.input('start', 'float32', [])
    const body = g.subgraph('body', (b) => {
      b.input('i', 'int64', [])
      const proceed = b.input('proceed', 'bool', [])
      const value = b.input('value', 'float32', [])
      b.output(b.identity(proceed), 'bool', [])
      b.output(b.mul(value, g.scalar(3)), 'float32', [])
      b.output(b.add(value, start), 'float32', [])
    })
    const [last, each] = g.loop(g.int(3), [start], body, 1)
    g.output(last!, 'float32', [], 'last')
    g.output(each!, 'float32', ['n'], 'each')
    const { last: power, each: seen } = await run(g, { start: float32([2], []) })
    expect(power?.data[0]).toBe(54)
    expect([...seen!.data]).toEqual([4, 8, 20])
  })

  it('writes integer, float, string and list attributes as what they are', async () => {
    const g = new Graph('attributes')
    const x = g.input('x', 'float32', [1, 4])
    g.output(g.rmsNorm(x, g.floats([1, 1, 1, 1]), 1), 'float32', [1, 4], 'norm')
    g.output(g.transpose(x, [1, 0]), 'float32', [4, 1], 'turned')
    g.output(g.op('Gelu', [x], { approximate: 'tanh' }), 'float32', [1, 4], 'gelu')
    const found = await run(g, { x: float32([1, 1, 1, 1], [1, 4]) })
    expect(found['norm']?.data[0]).toBeCloseTo(Math.SQRT1_2, 6)
    expect(found['turned']?.dims).toEqual([4, 1])
    expect(found['gelu']?.data[0]).toBeCloseTo(0.841192, 5)
    expect(() => g.op('LeakyRelu', [x], { alpha: 0.5 })).toThrow(/float\(\)/)
    expect(() => g.op('LeakyRelu', [x], { alpha: float(0.5) })).not.toThrow()
  })

  it('gives topk values with indices and reduces over axes', async () => {
    const g = new Graph('topk')
    const x = g.input('x', 'float32', ['n', 4])
    const { values, indices } = g.topk(x, 2)
    g.output(values, 'float32', ['n', 2], 'values')
    g.output(indices, 'int64', ['n', 2], 'indices')
    g.output(g.reduceSum(x, [0]), 'float32', [4], 'sum')
    const found = await run(g, { x: float32([3, 9, 1, 7, 0, 1, 2, 3], [2, 4]) })
    expect([...found['values']!.data]).toEqual([9, 7, 3, 2])
    expect([...found['indices']!.data]).toEqual([1n, 3n, 3n, 2n])
    expect([...found['sum']!.data]).toEqual([3, 10, 3, 10])
  })

  it('refuses values of another graph, repeated names and graphs without output', () => {
    const a = new Graph('a')
    const b = new Graph('b')
    const x = a.input('x', 'float32', [1])
    expect(() => b.relu(x)).toThrow(/reads x, which is not a value of this graph/)
    expect(() => a.input('x', 'float32', [1])).toThrow(/already has a value named x/)
    expect(() => a.build()).toThrow(/declares no output/)
  })
})

describe('onnxruntime adapter', () => {
  const doubled = (dtype: 'float32' | 'int32' | 'int64') => {
    const g = new Graph('double')
    const x = g.input('x', dtype, ['n'])
    g.output(g.add(x, x), dtype, ['n'], 'y')
    return g
  }

  it('takes feeds that lie in WebAssembly memory and sees later writes to it', async () => {
    const memory = wasmMemory()
    const x = new Float32Array(memory.buffer, 64, 3)
    const session = await runtime.createSession(doubled('float32').build())
    x.set([1, 2, 3])
    const first = await session.run({ x: float32(x) })
    x.set([4, 5, 6])
    const second = await session.run({ x: float32(x) })
    await session.release()
    expect([...float32Data(first['y'], 'y')]).toEqual([2, 4, 6])
    expect([...float32Data(second['y'], 'y')]).toEqual([8, 10, 12])
  })

  it('carries int32, int64, bool and float16 both ways', async () => {
    expect([...(await run(doubled('int32'), { x: int32([7]) }))['y']!.data]).toEqual([14])
    expect([...(await run(doubled('int64'), { x: int64([2 ** 40]) }))['y']!.data]).toEqual([2n ** 41n])
    const g = new Graph('casts')
    const x = g.input('x', 'float16', ['n'])
    const half = g.cast(g.cast(x, 'float32'), 'float16')
    g.output(half, 'float16', ['n'], 'half')
    g.output(g.greater(g.cast(x, 'float32'), g.scalar(1)), 'bool', ['n'], 'above')
    const found = await run(g, { x: { dtype: 'float16', dims: [2], data: Uint16Array.of(0x3c00, 0x4100) } })
    expect(found['half']).toEqual({ dtype: 'float16', dims: [2], data: Uint16Array.of(0x3c00, 0x4100) })
    expect(found['above']).toEqual({ dtype: 'bool', dims: [2], data: Uint8Array.of(0, 1) })
  })

  it('names what is wrong with a feed, a model or a released session', async () => {
    const session = await runtime.createSession(doubled('float32').build())
    await expect(session.run({})).rejects.toThrow('Input x is missing')
    await expect(session.run({ x: float32([1]), z: float32([1]) })).rejects.toThrow('no input z')
    await expect(session.run({ x: int32([1]) })).rejects.toThrow(/x int32\[1\]/)
    const shared = new Float32Array(new SharedArrayBuffer(4))
    await expect(session.run({ x: { dtype: 'float32', dims: [1], data: shared } })).rejects.toThrow('shared memory')
    await session.release()
    await expect(session.run({ x: float32([1]) })).rejects.toThrow('released')
    await expect(runtime.createSession(new Uint8Array([1, 2, 3]))).rejects.toThrow(OnnxError)
    expect(() => float32([1, 2, 3], [2, 2])).toThrow('needs 4 elements, got 3')
  })
})
