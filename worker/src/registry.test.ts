import { JOB_KINDS, type JobKind } from '@mistudio/contracts'
import { describe, expect, it } from 'vitest'
import { checkRegistry, loadPipeline, PIPELINE_KINDS } from './registry.js'

const kinds = Object.keys(JOB_KINDS) as JobKind[]

describe('the registry of pipelines', () => {
  it('names every kind of job once', () => {
    expect([...PIPELINE_KINDS].sort()).toEqual([...kinds].sort())
    expect(checkRegistry).not.toThrow()
  })

  it.each(kinds)('has a pipeline for %s that says it is one', async (kind) => {
    const pipeline = await loadPipeline(kind)
    expect(pipeline.kind).toBe(kind)
    // Stored parameters are checked, never taken as they are.
    expect(() => pipeline.parse(null)).toThrow()
  })
})
