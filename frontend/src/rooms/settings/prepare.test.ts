import { describe, expect, it } from 'vitest'
import { browserName, cleanRoot, rootProblem } from './prepare.js'

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

it('names a browser by what people call it', () => {
  const chrome = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36'
  expect(browserName(chrome)).toBe('Chrome on Linux')
  expect(browserName(`${chrome} Edg/140.0`)).toBe('Edge on Linux')
  expect(browserName('Mozilla/5.0 (Macintosh; Intel Mac OS X 14.1; rv:140.0) Gecko/20100101 Firefox/140.0')).toBe(
    'Firefox on macOS',
  )
  expect(browserName('curl/8.1')).toBe('curl/8.1')
  expect(browserName('')).toBe('unnamed program')
})
