import { describe, expect, it } from 'vitest'
import { safeTarget } from './prepare.js'

describe('target after login', () => {
  it('is the page that was asked for', () => expect(safeTarget('/models/1?tab=x')).toBe('/models/1?tab=x'))
  it('never leaves the app and never loops', () => {
    for (const bad of ['//evil.example', 'https://evil.example', '/\\evil', '/login', null])
      expect(safeTarget(bad)).toBe('/')
  })
})
