// What the cases share: counted checks, temporary folders, an ordinary user. Everything made is removed at the end.
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { which } from '../../scripts/lib/processes.mjs'

export const isRoot = process.getuid?.() === 0

export const openBench = () => {
  const count = { passed: 0, failed: 0, skipped: 0 }
  /** @type {(() => unknown)[]} */
  const undo = []
  /** @type {import('./product.mjs').User | null | undefined} */
  let user
  const bench = {
    count,
    /** @param {boolean} ok @param {string} what @param {unknown} [detail] shown when it does not hold */
    check: (ok, what, detail = '') => {
      if (ok) count.passed++
      else count.failed++
      console.log(`${ok ? 'PASS' : 'FAIL'} ${what}${ok || !detail ? '' : `\n${detail}`}`)
      return ok
    },
    /** @param {string} what @param {string} why */
    skip: (what, why) => {
      count.skipped++
      console.log(`SKIPPED ${what}: ${why}`)
    },
    /** A new folder. @param {{ home?: boolean, mode?: number, owner?: import('./product.mjs').User | null }} [where] */
    folder: ({ home = false, mode = 0o700, owner = null } = {}) => {
      const path = mkdtempSync(join(home ? homedir() : (owner?.home ?? tmpdir()), 'mistudio-place-'))
      chmodSync(path, mode)
      if (owner) chownSync(path, owner.uid, owner.gid)
      undo.push(() => rmSync(path, { recursive: true, force: true }))
      return path
    },
    /** An account without rights; null where none can be made. Only root can. */
    ordinaryUser: () => {
      if (user === undefined) user = makeUser(undo)
      return user
    },
    /** @param {() => unknown} step */
    later: (step) => undo.push(step),
    end: async () => {
      for (const step of undo.reverse()) await step()
    },
  }
  return bench
}
/** @typedef {ReturnType<typeof openBench>} Bench */

/** @param {(() => unknown)[]} undo */
const makeUser = (undo) => {
  if (!isRoot || !which('useradd')) return null
  const name = `mistudio-${process.pid}`
  if (spawnSync('useradd', ['--create-home', name], { stdio: 'inherit' }).status !== 0) return null
  undo.push(() => spawnSync('userdel', ['--remove', name], { stdio: 'ignore' }))
  const [, , uid, gid, , home] = execFileSync('getent', ['passwd', name], { encoding: 'utf8' }).trim().split(':')
  return { uid: Number(uid), gid: Number(gid), home: String(home) }
}
