import type { Job } from '@mistudio/contracts'
import { describe, expect, it } from 'vitest'
import { actionsOf, LISTED_KINDS, pendingControl, subjectLink, subjectStatus } from './prepare.js'

const job = (over: Partial<Job> = {}): Job => ({
  id: 'a',
  kind: 'training.run',
  queue: 'compute',
  state: 'running',
  control: 'run',
  subjectType: 'training',
  subjectId: 't',
  title: 'x',
  attempt: 1,
  crashes: 0,
  progress: null,
  result: null,
  error: null,
  owner: null,
  heartbeatAt: null,
  createdAt: '2026-01-01T00:00:00Z',
  startedAt: null,
  finishedAt: null,
  seq: 0,
  ...over,
})

describe('actions of a job', () => {
  it('offer pause and stop only where work can be kept', () => {
    expect(actionsOf(job())).toEqual(['pause', 'stop', 'cancel'])
    expect(actionsOf(job({ kind: 'dataset.tokenize' }))).toEqual(['cancel'])
  })
  it('are not offered a second time while one is under way', () => {
    expect(actionsOf(job({ control: 'pause' }))).toEqual(['cancel'])
    expect(actionsOf(job({ control: 'cancel' }))).toEqual([])
    expect(pendingControl(job({ control: 'pause' }))).toContain('Pausing')
  })
  it('of an ended job are retry or nothing', () => {
    expect(actionsOf(job({ state: 'failed' }))).toEqual(['retry'])
    expect(actionsOf(job({ state: 'completed' }))).toEqual([])
    expect(actionsOf(job({ state: 'paused' }))).toEqual(['resume', 'cancel'])
  })
})

describe('a job', () => {
  it('leads to its subject, but not to one that is being removed', () => {
    expect(subjectLink(job())).toBe('/trainings/t')
    expect(subjectLink(job({ kind: 'files.remove', subjectType: 'model' }))).toBeNull()
    expect(subjectLink(job({ subjectType: 'tokenization' }))).toBeNull()
  })
  it('that waits never lets its subject look as if it were at work', () => {
    expect(subjectStatus('running', job({ state: 'queued' }))).toBe('queued')
    expect(subjectStatus('importing', job({ state: 'paused' }))).toBe('paused')
    expect(subjectStatus('running', job())).toBe('running')
    expect(subjectStatus('ready', job({ state: 'queued' }))).toBe('ready')
  })
  it('that only answers a question is not listed', () => {
    expect(LISTED_KINDS).not.toContain('model.inspect')
    expect(LISTED_KINDS).toContain('training.run')
  })
})
