// The lock of a data directory: one holder, whatever dies and whoever comes at the same moment.
import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { holderOf } from './lock.mjs'

const ENTRY = join(import.meta.dirname, '..', 'testing', 'hold-lock.mjs')
/** @type {string} */
let root
/** @type {import('node:child_process').ChildProcess[]} */
let children = []

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'mistudio-lock-'))
})
afterEach(async () => {
  for (const child of children) await kill(child)
  children = []
  rmSync(root, { recursive: true, force: true })
})

/** A process that tries to take a folder; what it said. @param {string} folder */
const contender = (folder) => {
  const child = spawn(process.execPath, [ENTRY, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  /** @type {Promise<{ got?: number, heldBy?: number }>} */
  const said = new Promise((done) => child.stdout?.once('data', (chunk) => done(JSON.parse(String(chunk)))))
  return { child, said }
}

/** @param {import('node:child_process').ChildProcess} child */
const kill = (child) =>
  new Promise((done) => {
    if (child.exitCode !== null || child.signalCode !== null) return done(undefined)
    child.once('exit', done)
    child.kill('SIGKILL')
  })

describe('the lock of a folder', () => {
  it('goes to one of several that come at once, ten times, each time after its holder was killed', async () => {
    for (let round = 0; round < 10; round++) {
      const all = Array.from({ length: 4 }, () => contender(root))
      const said = await Promise.all(all.map((one) => one.said))
      const winners = said.filter(({ got }) => got)
      expect(winners).toHaveLength(1)
      expect((await holderOf(root))?.says).toEqual({ pid: winners[0]?.got })
      for (const { child } of all) await kill(child)
      expect(await holderOf(root)).toBeNull()
    }
  })

  it('is free in a copy, dead sockets and all, while the original is held', async () => {
    const original = join(root, 'original')
    mkdirSync(original)
    await contender(original).said
    const copy = join(root, 'copy')
    mkdirSync(copy)
    for (const name of readdirSync(original)) cpSync(ENTRY, join(copy, name))
    expect(await holderOf(copy)).toBeNull()
    expect(await contender(copy).said).toHaveProperty('got')
  })

  it('is held by a process that is stopped and says nothing', async () => {
    const { child, said } = contender(root)
    await said
    child.kill('SIGSTOP')
    expect(await holderOf(root)).toEqual({ says: null })
    expect(await contender(root).said).toEqual({ heldBy: null })
    child.kill('SIGCONT')
  })

  it('works in a folder whose path is longer than a socket may be named, with a space and other letters', async () => {
    const folder = join(root, 'größe und 名前 '.repeat(6), 'x'.repeat(120))
    mkdirSync(folder, { recursive: true })
    const first = await contender(folder).said
    expect(first).toHaveProperty('got')
    expect(await contender(folder).said).toEqual({ heldBy: first.got })
  })

  it('is private without making the folders above so', async () => {
    const above = join(root, 'above')
    await contender(join(above, 'held')).said
    expect(statSync(join(above, 'held')).mode & 0o777).toBe(0o700)
    expect(statSync(above).mode & 0o777).toBe(0o777 & ~process.umask())
  })

  it('is nobody’s in a folder that is not there', async () => {
    expect(await holderOf(join(root, 'missing'))).toBeNull()
  })
})
