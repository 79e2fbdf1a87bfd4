// model.onnx of an export, with external data beside it where there is some: read, searched for its residual stream, and changed.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openRegularFile } from '@mistudio/formats'
import { analyseExport } from '@mistudio/interp/exports'
import { ModelEditor, openModelFile, parseModel } from '@mistudio/onnx'
import { mutateBytes } from '../bytes.mjs'
import { mutateGraph } from '../onnx-graph.mjs'

/** @typedef {import('../random.mjs').Random} Random */

const EXPORTS = fileURLToPath(new URL('../../../fixtures/exports/', import.meta.url))
const GRAPH = 'model.onnx'
const DATA = 'model.onnx_data'
/** Small graphs of different makers; the first has its tensors outside. */
const NAMES = ['llama_gqa_llama3', 'qwen3_int4', 'qwen3_gqa', 'gpt_neox_int8']
const seeds = NAMES.map((name) => ({
  graph: readFileSync(join(EXPORTS, name, GRAPH)),
  config: JSON.parse(readFileSync(join(EXPORTS, name, 'config.json'), 'utf8')),
}))
const data = readFileSync(join(EXPORTS, NAMES[0], DATA))
/** Most of a graph is weights; mutations that are to meet its structure begin among the nodes, at the start. */
const STRUCTURE_BYTES = 12_000

/** The config that belongs to the graph of an input, by its place in `seeds`, is kept in a file of its own. */
const WHICH = 'which.json'

export const onnx = {
  files: [GRAPH, DATA, WHICH],

  /** @param {Random} random */
  make(random) {
    const which = random.below(seeds.length)
    const { graph } = seeds[which]
    const files = { [DATA]: data, [WHICH]: Buffer.from(JSON.stringify(which)) }
    if (random.chance(0.03)) return { files: { ...files, [GRAPH]: graph }, names: ['harmless'], mustLoad: true }
    if (random.chance(0.1)) {
      const cut = data.subarray(0, random.below(data.length))
      return { files: { ...files, [GRAPH]: graph, [DATA]: cut }, names: ['data cut off'] }
    }
    if (random.chance(0.6)) {
      const { bytes, names } = mutateGraph(graph, random)
      return { files: { ...files, [GRAPH]: bytes }, names }
    }
    const whole = random.chance(0.3)
    const { bytes, names } = mutateBytes(whole ? graph : graph.subarray(0, STRUCTURE_BYTES), random)
    const mutated = whole ? bytes : Buffer.concat([bytes, graph.subarray(STRUCTURE_BYTES)])
    return { files: { ...files, [GRAPH]: mutated }, names }
  },

  /** @param {string} folder @param {Record<string, Buffer>} files */
  async read(folder, files) {
    const file = await openModelFile(join(folder, GRAPH), openRegularFile)
    const { source, absent } = analyseExport(file, seeds[JSON.parse(files[WHICH].toString('utf8'))].config)
    return async () => {
      const values = new Set(source.model.nodes.flatMap(({ outputs }) => outputs))
      for (const { value } of source.sites) assert.ok(values.has(value) || source.model.initialisers.has(value))
      for (const { reason } of absent) assert.ok(reason.length > 0)
      // What was read can be written again, and reads the same.
      const editor = new ModelEditor(source.model)
      editor.output(editor.existing(source.logits.name), 'float32', ['b', 's', 'v'], 'result/logits')
      const again = parseModel(editor.build())
      assert.ok(again.nodes.length <= source.model.nodes.length + 1)
      assert.deepEqual(
        again.outputs.map(({ name }) => name),
        ['result/logits'],
      )
    }
  },
}
