import { describe, expect, it } from 'vitest'
import { changedParams } from './url-params.js'

describe('parameters of the address', () => {
  it('changes what is named, removes what is null and keeps the rest', () => {
    const before = new URLSearchParams('q=tiny&repo=a/b&revision=main')
    expect(changedParams(before, { repo: null, revision: null }).toString()).toBe('q=tiny')
    expect(changedParams(before, { q: 'small', sort: 'likes' }).toString()).toBe(
      'q=small&repo=a%2Fb&revision=main&sort=likes',
    )
    expect(before.get('repo')).toBe('a/b')
  })
})
