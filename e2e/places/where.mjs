// Where the product must start: private, public and strange folders, as root and as others, in clones that cannot be written to.
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { which } from '../../scripts/lib/processes.mjs'
import { isRoot } from './bench.mjs'
import { cloneTo } from './clone.mjs'
import { productIn, runIn } from './product.mjs'

/** A PATH with what the scripts need, and no Redis on it. @param {import('./bench.mjs').Bench} bench */
const pathWithoutRedis = (bench) => {
  const folder = bench.folder({ mode: 0o755 })
  const needed = ['node', 'npm', 'npx', 'sh', 'env', 'git', 'dirname', 'cp', 'ps', 'uname']
  for (const name of needed) {
    const path = which(name)
    if (path) symlinkSync(path, join(folder, name))
  }
  return folder
}

/**
 * First command, second start, work, stop; nothing lives on.
 * @param {import('./bench.mjs').Bench} bench @param {string} name @param {import('./product.mjs').Product} product @param {{ demo?: boolean }} [options]
 */
export const firstCommand = async (bench, name, product, { demo = false } = {}) => {
  const first = await product.start(demo ? ['--demo'] : [])
  const began = bench.check(
    first.status === 0 && first.output.includes('/login?code='),
    `${name}: the first command starts`,
    first.output,
  )
  try {
    if (!began) return
    const again = await product.start()
    bench.check(
      again.status === 0 && again.output.includes('Already running'),
      `${name}: a second start says that it runs`,
      again.output,
    )
    const done = await product.work().then(
      () => null,
      (error) => error,
    )
    bench.check(done === null, `${name}: a model, a dataset and its tokens are made`, done)
  } finally {
    const { status, output } = await product.stop()
    const left = product.left()
    bench.check(status === 0 && !left.length, `${name}: stop leaves no process`, `${output}\n${JSON.stringify(left)}`)
  }
}

/** Takes the right to write from a whole clone, except through its owner root. @param {string} clone */
const makeReadOnly = (clone) => {
  // Folders only: files are hard links to this tree's.
  execFileSync('find', [clone, '-type', 'd', '-exec', 'chmod', 'a-w', '{}', '+'])
  return () => execFileSync('find', [clone, '-type', 'd', '-exec', 'chmod', 'u+w', '{}', '+'])
}

/** @param {import('./bench.mjs').Bench} bench */
const rootInPrivateFolder = async (bench, full = false) => {
  if (!isRoot) return bench.skip('root in a private folder', 'this is not root')
  const folder = bench.folder({ home: true })
  const clone = join(folder, 'mi studio größe 名前')
  cloneTo(clone, { made: !full })
  const env = { PATH: pathWithoutRedis(bench) }
  await firstCommand(
    bench,
    'root, 0700, space and other letters, no redis-server',
    await productIn({ clone, dataDir: join(clone, 'data'), env }),
    { demo: full },
  )
  if (full) await secondCommand(bench, 'root, 0700', clone)
}

/** @param {import('./bench.mjs').Bench} bench */
const rootInTmp = async (bench, full = false) => {
  if (!isRoot) return bench.skip('root in a public folder', 'this is not root')
  const clone = join(bench.folder({ mode: 0o755 }), 'clone')
  cloneTo(clone, { made: !full })
  await firstCommand(bench, 'root in /tmp', await productIn({ clone, dataDir: join(clone, 'data') }), { demo: full })
  const dataDir = join(bench.folder({ home: true }), 'data')
  await firstCommand(bench, 'root in /tmp, data folder in a private one', await productIn({ clone, dataDir }))
}

/** @param {import('./bench.mjs').Bench} bench */
const ordinaryUser = async (bench, full = false) => {
  const user = isRoot ? bench.ordinaryUser() : null
  if (isRoot && !user) return bench.skip('an ordinary user', 'no account could be made (useradd)')
  const folder = bench.folder({ owner: user })
  const clone = join(folder, 'clone')
  if (!user) {
    cloneTo(clone, { made: !full })
  } else if (full) {
    cloneTo(clone, { made: false })
    execFileSync('chown', ['-R', `${user.uid}:${user.gid}`, clone])
  } else return bench.skip('an ordinary user who installs', 'only with --full')
  await firstCommand(bench, 'an ordinary user', await productIn({ clone, dataDir: join(clone, 'data'), user }), {
    demo: full,
  })
  if (full) await secondCommand(bench, 'an ordinary user', clone, user)
}

/** @param {import('./bench.mjs').Bench} bench */
const readOnlyClone = async (bench) => {
  const user = isRoot ? bench.ordinaryUser() : null
  if (isRoot && !user) return bench.skip('a read-only clone', 'no account could be made (useradd)')
  const clone = join(bench.folder({ mode: 0o755 }), 'clone')
  cloneTo(clone, { made: true })
  bench.later(makeReadOnly(clone))
  const dataDir = join(bench.folder({ owner: user }), 'data')
  await firstCommand(bench, 'an ordinary user, read-only clone', await productIn({ clone, dataDir, user }))
  const inside = await (await productIn({ clone, dataDir: join(clone, 'data'), user })).start()
  bench.check(
    inside.status === 1 && inside.output.includes('--data-dir') && !inside.output.includes('    at '),
    'a read-only clone with its data folder inside says what to do',
    inside.output,
  )
}

/** @param {import('./bench.mjs').Bench} bench */
const unfitDataFolder = async (bench) => {
  const clone = join(bench.folder({ mode: 0o755 }), 'clone')
  cloneTo(clone, { made: true })
  const shared = bench.folder()
  mkdirSync(join(shared, 'tmp'))
  chmodSync(join(shared, 'tmp'), 0o1777)
  const { status, output } = await (await productIn({ clone, dataDir: join(shared, 'tmp') })).start()
  bench.check(
    status === 1 && output.includes('shared with other users'),
    'a data folder that is shared is refused and stays as it is',
    output,
  )
}

/** The README's second command; its own matrix of places is left out. @param {import('./bench.mjs').Bench} bench @param {string} name @param {string} clone @param {import('./product.mjs').User | null} [user] */
const secondCommand = async (bench, name, clone, user = null) => {
  const { status, output } = await runIn(['./test-mistudio.sh'], {
    cwd: clone,
    user,
    env: { MISTUDIO_SKIP_PLACES: '1' },
  })
  bench.check(
    status === 0,
    `${name}: the second command passes: ${output.trim().split('\n').at(-1)}`,
    output.slice(-4000),
  )
}

export const WHERE = { rootInPrivateFolder, rootInTmp, ordinaryUser, readOnlyClone, unfitDataFolder }
