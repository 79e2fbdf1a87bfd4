import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findGraph } from './find.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mistudio-graphs-'))
  mkdirSync(join(folder, 'onnx'))
})
afterEach(() => rmSync(folder, { recursive: true }))
const write = (...names: string[]) => names.map((name) => writeFileSync(join(folder, name), 'x'))

describe('the graph of a folder', () => {
  it('is the usual one, at the top before onnx/', async () => {
    expect(await findGraph(folder, readdir)).toBeNull()
    write('onnx/model.onnx', 'onnx/model_fp16.onnx')
    expect(await findGraph(folder, readdir)).toBe('onnx/model.onnx')
    write('model.onnx')
    expect(await findGraph(folder, readdir)).toBe('model.onnx')
  })

  it('is the only one under another name, and nothing is guessed of several', async () => {
    write('onnx/model_q4.onnx', 'onnx/model_q4.onnx_data')
    expect(await findGraph(folder, readdir)).toBe('onnx/model_q4.onnx')
    write('decoder.onnx')
    await expect(findGraph(folder, readdir)).rejects.toThrow(/2 graphs \(decoder\.onnx, onnx\/model_q4\.onnx\)/)
  })
})
