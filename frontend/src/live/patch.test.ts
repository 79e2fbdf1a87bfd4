import type { Job } from '@mistudio/contracts'
import { describe, expect, it } from 'vitest'
import { patchJobs, patchSubject, supersedes } from './patch.js'

const job = (over: Partial<Job> = {}): Job => ({
  id: 'job-1',
  kind: 'model.register',
  queue: 'io',
  state: 'running',
  control: 'run',
  subjectType: 'model',
  subjectId: 'model-1',
  title: 'demo',
  attempt: 1,
  crashes: 0,
  progress: null,
  result: null,
  error: null,
  owner: 'w',
  heartbeatAt: null,
  createdAt: '2026-01-01T00:00:00Z',
  startedAt: null,
  finishedAt: null,
  seq: 5,
  ...over,
})

describe('live job messages', () => {
  it('take the place of the same job only when they are not older', () => {
    expect(supersedes(job(), job({ seq: 6 }))).toBe(true)
    expect(supersedes(job(), job({ seq: 4 }))).toBe(false)
    expect(supersedes(job({ attempt: 2 }), job({ attempt: 1, seq: 9 }))).toBe(false)
  })
  it('of an older job never replace the newest job of a subject', () => {
    const held = job({ id: 'job-2', createdAt: '2026-01-02T00:00:00Z' })
    expect(supersedes(held, job())).toBe(false)
    expect(supersedes(job(), held)).toBe(true)
  })
  it('renew the embedded job of their subject in lists and leave the rest as it was', () => {
    const other = { id: 'model-2', job: null }
    const list = [{ id: 'model-1', name: 'a', job: job() }, other]
    const next = patchSubject(list, job({ seq: 9, state: 'completed' })) as typeof list
    expect(next[0]?.job?.state).toBe('completed')
    expect(next[1]).toBe(other)
    expect(patchSubject(list, job({ subjectId: 'model-9' }))).toBe(list)
  })
  it('renew a page of jobs in place', () => {
    const page = { items: [job(), job({ id: 'job-2' })], meta: { total: 2, offset: 0, limit: 10 } }
    const next = patchJobs(page, job({ seq: 8, state: 'paused' })) as typeof page
    expect(next.items.map((j) => j.state)).toEqual(['paused', 'running'])
    expect(patchJobs(page, job({ id: 'job-3' }))).toBe(page)
  })
})
