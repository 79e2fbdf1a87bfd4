import type { HubInspectionAnswer } from '@mistudio/contracts'
import { describe, expect, it } from 'vitest'
import { downloadProblem, namedRepo, revisionProblem, transferLine } from './prepare.js'

const found: HubInspectionAnswer = {
  ...{ repo: 'org/tiny', revision: 'main', commit: 'a'.repeat(40), from: 'hub', page: '', licence: null, gated: 'no' },
  ...{ private: false, files: [], bytes: 3 * 2 ** 20, bytesToFetch: 2 ** 20, freeBytes: 2 ** 30, otherFiles: 0 },
  ...{ model: null, problem: null, registered: null },
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
