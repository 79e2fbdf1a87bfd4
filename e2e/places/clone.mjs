// A clean clone of this tree in some folder, as a user would have it: committed and uncommitted files, and on request what npm and
// the build made here, else nothing of it.
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

export const ROOT = resolve(import.meta.dirname, '../..')

/** @param {string[]} args */
const git = (args) => execFileSync('git', ['-c', 'safe.directory=*', ...args], { cwd: ROOT, encoding: 'utf8' })
/** @param {string[]} args */
const listed = (args) =>
  git(['ls-files', '-z', ...args])
    .split('\0')
    .filter(Boolean)

/** Ignored folders and files that an install and a build leave. @param {string} path */
const isMade = (path) =>
  /(^|\/)(node_modules|dist|build|generated)\/$/.test(path) || path.endsWith('.tsbuildinfo') || path === '.cache/'

/** Copies a folder: modules as hard links where the file system allows, a build, which another build writes over, truly. @param {string} from @param {string} to */
const copyTree = (from, to) => {
  mkdirSync(dirname(to), { recursive: true })
  if (from.endsWith('node_modules') && spawnSync('cp', ['-al', from, to], { stdio: 'ignore' }).status === 0) return
  rmSync(to, { recursive: true, force: true })
  execFileSync('cp', ['-a', from, to])
}

/**
 * Clones this tree to a folder as it was at a commit, with nothing made: a build of today would be taken for its own. False where this
 * clone lacks the commit.
 * @param {string} folder @param {string} commit
 */
export const cloneOlder = (folder, commit) => {
  cloneTo(folder, { made: false })
  try {
    execFileSync('git', ['-c', 'advice.detachedHead=false', 'checkout', '--quiet', '--force', commit], { cwd: folder })
  } catch {
    return false
  }
  execFileSync('git', ['clean', '-fdq'], { cwd: folder })
  return true
}

/**
 * Clones this tree to a folder. `made` brings modules and build along.
 * @param {string} folder @param {{ made: boolean }} options
 */
export const cloneTo = (folder, { made }) => {
  execFileSync('git', ['-c', 'safe.directory=*', 'clone', '--quiet', '--no-hardlinks', ROOT, folder])
  for (const path of listed(['--modified', '--others', '--exclude-standard'])) {
    if (existsSync(join(ROOT, path))) cpSync(join(ROOT, path), join(folder, path), { verbatimSymlinks: true })
    else rmSync(join(folder, path), { force: true })
  }
  if (!made) return
  for (const path of listed(['--others', '--ignored', '--exclude-standard', '--directory']).filter(isMade))
    copyTree(join(ROOT, path.replace(/\/$/, '')), join(folder, path.replace(/\/$/, '')))
}
