// Copies of PostgreSQL's programs: whole or not there, and independent of where they came from.
import { existsSync, mkdirSync, mkdtempSync, readlinkSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { copyWhole } from './postgres-binaries.mjs'

/** @type {string} */
let root
const works = () => null

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'mistudio-bin-'))
  mkdirSync(join(root, 'native', 'lib'), { recursive: true })
  writeFileSync(join(root, 'native', 'lib', 'libone.so.1.2'), 'library', { mode: 0o600 })
  symlinkSync('libone.so.1.2', join(root, 'native', 'lib', 'libone.so.1'))
  const links = [{ source: 'native/lib/libone.so.1.2', target: 'native/lib/libone.so' }]
  writeFileSync(join(root, 'native', 'pg-symlinks.json'), JSON.stringify(links))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

describe('a copy of the programs', () => {
  it('has links that stay inside it and files that everybody reads, whatever the original had', () => {
    const target = join(root, 'copy')
    copyWhole(join(root, 'native'), target, works)
    for (const name of ['libone.so', 'libone.so.1'])
      expect(readlinkSync(join(target, 'lib', name))).toBe('libone.so.1.2')
    expect(statSync(join(target, 'lib', 'libone.so.1.2')).mode & 0o777).toBe(0o644)
    expect(statSync(join(target, 'lib')).mode & 0o777).toBe(0o755)
  })

  it('is not there when it does not run, and half-made ones of dead processes are removed', () => {
    const target = join(root, 'copy')
    // No process has this number: the highest that Linux gives is 2^22.
    const half = `${target}.part-${2 ** 22 + 1}`
    mkdirSync(half)
    expect(() => copyWhole(join(root, 'native'), target, () => 'libicuuc.so.60 is missing')).toThrow('libicuuc.so.60')
    expect(existsSync(target)).toBe(false)
    expect(existsSync(half)).toBe(false)
  })
})
