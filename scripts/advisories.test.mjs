import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findingsOf, inRange, lockedVersions, matching } from './advisories.mjs'

const lock = (/** @type {Record<string, object>} */ packages) => lockedVersions({ packages })

describe('advisories', () => {
  it('finds every locked version that lies in a range, and no other', () => {
    const locked = lock({
      '': {},
      'node_modules/a': { version: '1.4.2' },
      'node_modules/b/node_modules/a': { version: '1.5.0' },
      'packages/c': { version: '1.0.0' },
    })
    const advisory = { id: 'X', package: 'a', severity: 'high', fixed: '1.5.0', title: 't' }
    const found = matching({ advisories: [{ ...advisory, vulnerable: '>=1.0.0 <1.5.0' }] }, locked)
    expect(found).toEqual([{ ...advisory, version: '1.4.2' }])
  })

  it('reads ranges by numbers, not by letters, and refuses forms it does not know', () => {
    expect(inRange('1.10.0', '>=1.9.0 <1.11.0')).toBe(true)
    expect(inRange('2.0.0', '<1.0.0 || >=2.0.0 <2.0.1')).toBe(true)
    expect(inRange('1.0.0', '<1.0.0')).toBe(false)
    expect(() => inRange('1.0.0', '^1.0.0')).toThrow(/written as/)
  })

  it('takes causes out of a report of npm, once, and never an error for an empty report', () => {
    const cause = { url: 'https://host/advisories/GHSA-1', severity: 'critical', title: 't' }
    const vulnerabilities = {
      a: { name: 'a', range: '<2', via: [cause], fixAvailable: { version: '2.0.0' } },
      b: { name: 'b', range: '*', via: ['a'], fixAvailable: true },
    }
    expect(findingsOf({ auditReportVersion: 2, vulnerabilities })).toEqual({
      findings: [{ id: 'GHSA-1', package: 'a', version: '<2', severity: 'critical', title: 't', fixed: '2.0.0' }],
    })
    expect(findingsOf({ message: '405 Method Not Allowed - POST https://host/bulk' })).toEqual({
      problem: '405 Method Not Allowed - POST the endpoint',
    })
  })

  it('has a snapshot whose ranges can all be read', () => {
    const { advisories } = JSON.parse(readFileSync(join(import.meta.dirname, 'advisories.json'), 'utf8'))
    for (const { vulnerable, fixed } of advisories) expect(inRange(fixed, vulnerable)).toBe(false)
  })
})
