import { describe, expect, it } from 'vitest'
import { Graph } from '../graph.js'
import { ModelEditor } from './editor.js'
import { parseModel } from './read.js'
import { rewriteModel } from './rewrite.js'

describe('a rewritten model', () => {
  const sum = () => {
    const graph = new Graph('sum')
    const a = graph.input('a', 'int64', [2])
    const total = graph.add(a, a)
    graph.output(graph.neg(total), 'int64', [2], 'negative')
    return { model: parseModel(graph.build()), total: total.name }
  }

  it('has the new nodes in place of the old one, under the names that others read, and can be written', () => {
    const { model, total } = sum()
    const rewritten = rewriteModel(model, ({ type, inputs }, by) => {
      if (type === 'Add') by.op('Mul', [inputs[0]!, by.ints(2)], {}, [total])
    })
    expect(rewritten.nodes.map(({ type }) => type)).toEqual(['Mul', 'Neg', 'Identity'])
    expect(model.nodes.map(({ type }) => type)).toEqual(['Add', 'Neg', 'Identity'])
    const editor = new ModelEditor(rewritten)
    editor.output(editor.existing('negative'), 'int64', [2], 'result')
    const written = parseModel(editor.build())
    expect(written.nodes.find(({ type }) => type === 'Neg')?.inputs).toEqual([total])
    expect(written.initialisers.size).toBe(1)
  })

  it('gives new values names that nothing else has', () => {
    const { model } = sum()
    const names: string[] = []
    rewriteModel(model, ({ inputs }, by) => {
      for (let i = 0; i < 2; i++) names.push(by.op('Abs', [inputs[0]!]))
    })
    const taken = model.nodes.flatMap(({ outputs }) => outputs)
    expect(new Set([...names, ...taken]).size).toBe(names.length + taken.length)
  })

  it('is not held up by outputs and inputs that are both left out', () => {
    const graph = new Graph('gaps')
    const a = graph.input('a', 'float32', [2])
    const clipped = graph.op('Clip', [a, null, a])
    graph.output(clipped, 'float32', [2], 'clipped')
    const model = parseModel(graph.build())
    const gaps = rewriteModel(model, ({ type, inputs, outputs }, by) => {
      if (type === 'Clip') by.op('Clip', inputs, {}, [outputs[0]!, ''])
    })
    const editor = new ModelEditor(gaps)
    editor.output(editor.existing('clipped'), 'float32', [2], 'result')
    expect(parseModel(editor.build()).nodes.map(({ type }) => type)).toContain('Clip')
  })
})
