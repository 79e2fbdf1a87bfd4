import { describe, expect, it } from 'vitest'
import { cleanRoot, rootProblem } from './prepare.js'

describe('import roots', () => {
  it('need a whole path that is not in the list yet', () => {
    expect(rootProblem(' ', [])).not.toBeNull()
    expect(rootProblem('models', [])).toContain('whole path')
    expect(rootProblem('/srv/models/', ['/srv/models'])).toContain('already')
    expect(rootProblem('/srv/other', ['/srv/models'])).toBeNull()
  })
  it('lose their trailing slash, but not the root itself', () => {
    expect(cleanRoot(' /srv/models// ')).toBe('/srv/models')
    expect(cleanRoot('/')).toBe('/')
  })
})
