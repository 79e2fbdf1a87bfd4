// Reading ONNX files: what is read, and that damaged, oversized and prying files are refused with a reason. Editing: the numbers.
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import onnxProto from 'onnx-proto'
import { afterAll, describe, expect, it } from 'vitest'
import { Graph } from '../graph.js'
import { createOrtRuntime } from '../ort.js'
import { float32 } from '../tensor.js'
import { ModelEditor } from './editor.js'
import type { OpenedFile } from './external.js'
import { openModelFile } from './file.js'
import { parseModel } from './read.js'
import { DEFAULT_LIMITS } from './wire.js'

const { onnx } = onnxProto
const EXPORT = fileURLToPath(new URL('../../../../fixtures/exports/llama_gqa_llama3/model.onnx', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'mistudio-onnx-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** y = (x + 1) × 2, as a file. */
function simple(): Uint8Array {
  const graph = new Graph('simple')
  const x = graph.input('x', 'float32', ['n'])
  const sum = graph.add(x, graph.scalar(1), { name: 'sum' })
  graph.output(graph.mul(sum, graph.scalar(2)), 'float32', ['n'], 'y')
  return graph.build()
}

/** Opens whatever is there; what may be read is decided by whoever gives the function. */
async function plainly(path: string): Promise<OpenedFile> {
  const handle = await open(path, 'r').catch((error: Error) =>
    Promise.reject(Object.assign(error, { code: 'file_not_found' })),
  )
  const { size, mtimeMs, dev, ino } = await handle.stat()
  return { handle, size, mtimeMs, id: `${dev}:${ino}` }
}

/** A model whose one tensor lies in `location`. */
function external(entries: Record<string, string>, dims = [4]): string {
  const bytes = onnx.ModelProto.encode({
    irVersion: 10,
    opsetImport: [{ domain: '', version: 20 }],
    graph: {
      name: 'external',
      node: [{ opType: 'Identity', input: ['w'], output: ['y'] }],
      initializer: [
        {
          name: 'w',
          dims,
          dataType: 1,
          dataLocation: 1,
          externalData: Object.entries(entries).map(([key, value]) => ({ key, value })),
        },
      ],
      output: [{ name: 'y', type: { tensorType: { elemType: 1, shape: { dim: [{ dimValue: 4 }] } } } }],
    },
  }).finish()
  const path = join(folder, 'model.onnx')
  writeFileSync(path, bytes)
  return path
}

describe('an ONNX file', () => {
  it('is read with its external data', async () => {
    const { model, externalFiles, bytes } = await openModelFile(EXPORT, plainly)
    expect(model.inputs.map(({ name }) => name)).toEqual(['input_ids', 'attention_mask', 'position_ids'])
    expect(model.outputs.map(({ name }) => name)).toEqual(['logits'])
    expect([...externalFiles]).toEqual([['model.onnx_data', 230400]])
    expect(bytes).toBe(230400 + readFileSync(EXPORT).length)
    expect(model.opsets.get('')).toBe(20)
  })

  it('is refused wherever it is cut off', () => {
    const bytes = readFileSync(EXPORT)
    for (let length = 0; length < bytes.length; length += 997) {
      expect(() => parseModel(bytes.subarray(0, length)), String(length)).toThrow(/ONNX file/)
    }
  })

  it('is refused beyond each limit before it is decoded', () => {
    const bytes = simple()
    const limited = (limits: Partial<typeof DEFAULT_LIMITS>) => () =>
      parseModel(bytes, { ...DEFAULT_LIMITS, ...limits })
    expect(limited({ fileBytes: 100 })).toThrow(/at most 100 are read/)
    expect(limited({ fields: 10 })).toThrow(/more than 10 fields/)
    expect(limited({ messages: 3 })).toThrow(/more than 3 nodes, tensors and attributes/)
    expect(limited({ structureBytes: 50 })).toThrow(/beside raw tensor data/)
    expect(limited({ depth: 0 })).toThrow(/nested deeper than 0/)
  })

  it('is refused with millions of empty nodes, before one of them is built', () => {
    // Field 7 of the model (the graph) holds field 1 (a node) of no bytes, again and again.
    const nodes = Buffer.alloc(4_000_000, Buffer.from([0x0a, 0x00]))
    const length: number[] = []
    for (let rest = nodes.length; ; rest >>>= 7) {
      length.push(rest > 127 ? (rest & 127) | 128 : rest)
      if (rest <= 127) break
    }
    expect(() => parseModel(Buffer.concat([Buffer.from([0x3a, ...length]), nodes]))).toThrow(/more than 1000000 nodes/)
  })

  it('is refused with graphs nested without end', () => {
    let graph: onnxProto.onnx.IGraphProto = { name: 'inner' }
    for (let i = 0; i < 50; i++) graph = { name: 'g', node: [{ opType: 'If', attribute: [{ name: 'b', g: graph }] }] }
    const bytes = onnx.ModelProto.encode({ graph }).finish()
    expect(() => parseModel(bytes)).toThrow(/nested deeper than 8/)
  })

  it.each([
    [{ node: [{ opType: 'Add', input: ['a', 'b'], output: ['c'] }] }, /reads a, which nothing before it gives/],
    [{ node: [{ opType: 'Run', domain: 'other.org', output: ['c'] }] }, /domain other.org/],
    [{ node: [] }, /no graph/],
  ])('is refused when its graph makes no sense: %j', (graph, message) => {
    expect(() => parseModel(onnx.ModelProto.encode({ graph }).finish())).toThrow(message)
  })

  it('keeps to its folder for external data', async () => {
    for (const location of ['../secret', '/etc/hostname', 'sub/../../secret']) {
      await expect(openModelFile(external({ location }), plainly), location).rejects.toThrow(
        /outside the model's folder/,
      )
    }
  })

  it('leaves to the given function whether an external file may be opened', async () => {
    const refused = new Error('not this one')
    const choosy = (path: string) => (path.endsWith('data.bin') ? Promise.reject(refused) : plainly(path))
    await expect(openModelFile(external({ location: 'data.bin' }), choosy)).rejects.toBe(refused)
  })

  it('takes no external data from its own file', async () => {
    for (const location of ['model.onnx', './model.onnx', 'twin.onnx']) {
      const path = external({ location, length: '16' })
      rmSync(join(folder, 'twin.onnx'), { force: true })
      symlinkSync(path, join(folder, 'twin.onnx'))
      await expect(openModelFile(path, plainly), location).rejects.toThrow(/is the model's own file/)
    }
  })

  it('is refused with a tensor given twice', () => {
    const twin = { name: 'w', dims: [1], dataType: 1, floatData: [1] }
    const node = [{ opType: 'Identity', input: ['w'], output: ['y'] }]
    const bytes = onnx.ModelProto.encode({ graph: { name: 'g', node, initializer: [twin, twin] } }).finish()
    expect(() => parseModel(bytes)).toThrow(/tensor w is given twice/)
  })

  it('is refused with tensors of nodes in other files', () => {
    const hidden = {
      name: 'v',
      dims: [4],
      dataType: 1,
      dataLocation: 1,
      externalData: [{ key: 'location', value: '../secret' }],
    }
    const constant = { opType: 'Constant', output: ['w'], attribute: [{ name: 'value', type: 4, t: hidden }] }
    const inner = { name: 'inner', node: [constant] }
    const branch = {
      opType: 'If',
      input: ['c'],
      output: ['y'],
      attribute: [{ name: 'then_branch', type: 5, g: inner }],
    }
    const carrier = { ...branch, attribute: [{ name: 'b', type: 5, g: { name: 'inner', initializer: [hidden] } }] }
    for (const node of [constant, { ...branch, input: [] }, { ...carrier, input: [] }]) {
      const bytes = onnx.ModelProto.encode({ graph: { name: 'g', node: [node] } }).finish()
      expect(() => parseModel(bytes)).toThrow(/keeps a tensor of the node .* in another file/)
    }
  })

  it('computes with external data that a link in its folder leads to, read by nobody but the given function', async () => {
    const opened: string[] = []
    const path = external({ location: 'linked.bin', offset: '4' })
    writeFileSync(join(folder, 'blob'), new Uint8Array(Float32Array.of(9, 1, 2, 3, 4).buffer))
    symlinkSync('blob', join(folder, 'linked.bin'))
    const file = await openModelFile(path, (name) => {
      opened.push(name)
      return plainly(name)
    })
    const editor = new ModelEditor(file.model)
    editor.output(editor.existing('y'), 'float32', [4], 'result')
    const graph = editor.build()
    const session = await createOrtRuntime({ threads: 1 }).createSession(graph, {
      externalData: await file.external.dataOf(graph),
    })
    const { result } = await session.run({})
    await session.release()
    expect([...(result!.data as Float32Array)]).toEqual([1, 2, 3, 4])
    expect(opened).toEqual([path, join(folder, 'linked.bin'), join(folder, 'linked.bin')])
  })

  it('must have all bytes of its external data', async () => {
    await expect(openModelFile(external({ location: 'none.bin' }), plainly)).rejects.toThrow(/none.bin is missing/)
    writeFileSync(join(folder, 'data.bin'), Buffer.alloc(16))
    await expect(openModelFile(external({ location: 'data.bin', offset: '4' }), plainly)).rejects.toThrow(/ends at 20/)
    await expect(openModelFile(external({ location: 'data.bin', length: '8' }), plainly)).rejects.toThrow(
      /takes 16 bytes/,
    )
    await expect(openModelFile(external({ location: 'data.bin', offset: '-4' }), plainly)).rejects.toThrow(
      /offset is "-4"/,
    )
    expect((await openModelFile(external({ location: 'data.bin' }), plainly)).externalFiles.get('data.bin')).toBe(16)
  })
})

describe('an edited model', () => {
  const run = async (editor: ModelEditor): Promise<Record<string, number[]>> => {
    const session = await createOrtRuntime({ threads: 1 }).createSession(editor.build())
    const outputs = await session.run({ x: float32([1, 2]) })
    await session.release()
    return Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, [...(data as Float32Array)]]))
  }

  it('gives inner values, and lets old nodes read new ones', async () => {
    const editor = new ModelEditor(parseModel(simple()))
    const sum = editor.existing('sum')
    const tripled = editor.mul(sum, editor.scalar(3))
    editor.replace('sum', tripled)
    editor.output(sum, 'float32', ['n'], 'before')
    editor.output(editor.existing('y'), 'float32', ['n'])
    expect(await run(editor)).toEqual({ before: [2, 3], y: [12, 18] })
  })

  it('reduces as its operator set wants it', async () => {
    for (const version of [13, 17, 18, 23]) {
      const proto = onnx.ModelProto.decode(simple())
      proto.irVersion = 8
      proto.opsetImport = [onnx.OperatorSetIdProto.create({ domain: '', version })]
      const editor = new ModelEditor(parseModel(onnx.ModelProto.encode(proto).finish()))
      const y = editor.existing('y')
      editor.output(editor.reduceMean(y, [0]), 'float32', [], 'mean')
      editor.output(editor.reduceSum(y, [0]), 'float32', [], 'total')
      expect(await run(editor), String(version)).toEqual({ mean: [5], total: [10] })
    }
  })

  it('holds only what its outputs need', () => {
    const editor = new ModelEditor(parseModel(simple()))
    editor.output(editor.existing('sum'), 'float32', ['n'])
    const { nodes, initialisers } = parseModel(editor.build())
    expect(nodes.map(({ type }) => type)).toEqual(['Add'])
    expect(initialisers.size).toBe(1)
  })
})
