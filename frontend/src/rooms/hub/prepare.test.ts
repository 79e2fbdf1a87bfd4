import type { HubInspectionAnswer } from '@mistudio/contracts'
import { describe, expect, it } from 'vitest'
import {
  downloadProblem,
  graphOfOption,
  namedRepo,
  optionOfGraph,
  revisionProblem,
  transferLine,
  variantOptions,
} from './prepare.js'

const found: HubInspectionAnswer = {
  repo: 'org/tiny',
  revision: 'main',
  commit: 'a'.repeat(40),
  from: 'hub',
  page: '',
  licence: null,
  gated: 'no',
  private: false,
  files: [],
  bytes: 3 * 2 ** 20,
  bytesToFetch: 2 ** 20,
  freeBytes: 2 ** 30,
  otherFiles: 0,
  model: null,
  problem: null,
  registered: null,
  graph: null,
  variants: [],
}

describe('hub', () => {
  it('opens a repository that is named in full or by its address', () => {
    expect(namedRepo(' org/tiny-1.0 ')).toBe('org/tiny-1.0')
    expect(namedRepo('https://huggingface.co/org/tiny/tree/main')).toBe('org/tiny')
    expect(namedRepo('tiny stories')).toBeNull()
    expect(namedRepo('../etc')).toBeNull()
  })
  it('says why a download cannot start', () => {
    expect(downloadProblem(found)).toBeNull()
    expect(downloadProblem({ ...found, freeBytes: 10 })).toContain('1 MB')
    expect(downloadProblem({ ...found, registered: { id: 'x', name: 'tiny' } })).toContain('already')
    expect(downloadProblem({ ...found, problem: { code: 'hub_gated', message: 'm' } })).not.toBeNull()
  })
  it('offers safetensors and graphs by name and size, and finds the graph of an option again', () => {
    const graphs = [null, 'onnx/model_fp16.onnx']
    const options = variantOptions({ variants: graphs.map((graph) => ({ graph, bytes: 2 ** 20 })) })
    expect(options.map(({ label }) => label)).toEqual([
      'safetensors (1 MB)',
      'onnx/model_fp16.onnx (ONNX export, 1 MB)',
    ])
    expect(options.map(({ value }) => graphOfOption(value))).toEqual(graphs)
    expect(graphs.map(optionOfGraph)).toEqual(options.map(({ value }) => value))
  })
  it('tells what is fetched and what is here', () => {
    expect(transferLine(found)).toBe('1 MB to fetch, 2 MB are on this computer already.')
    expect(transferLine({ bytes: 5, bytesToFetch: 0 })).toContain('nothing is fetched')
  })
  it('refuses revisions that are none', () => {
    expect(revisionProblem('refs/pr/1')).toBeNull()
    expect(revisionProblem('a..b')).not.toBeNull()
    expect(revisionProblem('')).not.toBeNull()
  })
})
