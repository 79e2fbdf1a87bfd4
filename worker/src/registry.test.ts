import { JOB_KIND_NAMES } from '@mistudio/contracts'
import { describe, expect, it } from 'vitest'
import { checkRegistry, loadPipeline } from './registry.js'

describe('the registry of pipelines', () => {
  it('finds the pipelines of every room that has jobs', () => {
    expect(JOB_KIND_NAMES.length).toBeGreaterThan(0)
    expect(checkRegistry).not.toThrow()
  })

  it.each(JOB_KIND_NAMES)('has a pipeline for %s that says it is one', async (kind) => {
    const pipeline = await loadPipeline(kind)
    expect(pipeline.kind).toBe(kind)
    // Stored parameters are checked, never taken as they are.
    expect(() => pipeline.parse(null)).toThrow()
  })
})
