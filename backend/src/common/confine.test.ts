import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listFolder } from '../files/browse.js'
import { allowedBy, canBeRoot, type ImportRules, isInside, resolveInside } from './confine.js'

const canMount = (() => {
  try {
    execFileSync('unshare', ['--mount', 'true'], { stdio: 'ignore' })
    return process.getuid?.() === 0
  } catch {
    return false
  }
})()

/** Shows a folder at another path, too, while `work` runs. */
async function withMount(folder: string, at: string, work: () => Promise<unknown>): Promise<void> {
  await mkdir(at, { recursive: true })
  execFileSync('mount', ['--bind', folder, at])
  try {
    await work()
  } finally {
    execFileSync('umount', [at])
  }
}

let base: string
let root: string
let rules: ImportRules
beforeAll(async () => {
  base = await mkdtemp(path.join(tmpdir(), 'mistudio-confine-'))
  root = path.join(base, 'root')
  rules = { roots: [root], dataDir: path.join(root, 'data') }
  await mkdir(path.join(root, 'data', 'secrets'), { recursive: true })
  await mkdir(path.join(root, 'data', 'import'), { recursive: true })
  await writeFile(path.join(root, 'data', 'secrets', 'api-key'), 's')
  await writeFile(path.join(root, 'data', 'import', 'text.txt'), 'd')
  await symlink(path.join(root, 'data', 'secrets', 'api-key'), path.join(root, 'link-to-key'))
  await mkdir(path.join(root, 'inner'), { recursive: true })
  await mkdir(path.join(base, 'root-twin'))
  await writeFile(path.join(base, 'secret'), 's')
  await writeFile(path.join(base, 'root-twin', 'x'), 's')
  await writeFile(path.join(root, 'inner', 'data.txt'), 'd')
  await symlink(path.join(base, 'secret'), path.join(root, 'link-out'))
  await symlink(base, path.join(root, 'folder-out'))
  await symlink(path.join(root, 'inner'), path.join(root, 'link-in'))
})
afterAll(() => rm(base, { recursive: true }))

describe('confinement of paths', () => {
  it.each(['data/secrets/api-key', 'data', 'data/secrets', 'link-to-key'])(
    'keeps the data folder closed inside a root: %s',
    async (name) => {
      await expect(resolveInside(path.join(root, name), rules)).rejects.toMatchObject({ code: 'path_outside_roots' })
    },
  )

  it('leaves the import folder of the data folder open', async () => {
    expect(await resolveInside(path.join(root, 'data/import/text.txt'), rules)).toContain('text.txt')
  })

  it('lets no root lie in the data folder', async () => {
    const dataDir = path.join(root, 'data')
    expect(await canBeRoot(path.join(dataDir, 'secrets'), dataDir)).toBe(false)
    expect(await canBeRoot(dataDir, dataDir)).toBe(false)
    expect(await canBeRoot(path.join(dataDir, 'import'), dataDir)).toBe(true)
    expect((await allowedBy({ roots: [path.join(dataDir, 'secrets')], dataDir })).roots).toEqual([])
  })

  // A mount needs an administrator; the container of the product has one for its data and may have another around it.
  it.runIf(canMount)('keeps the data folder closed under the name of a mount', async () => {
    const [around, secrets] = [path.join(root, 'mounted'), path.join(root, 'mounted-secrets')]
    await withMount(rules.dataDir, around, async () => {
      for (const name of ['', '/secrets', '/secrets/api-key'])
        await expect(resolveInside(around + name, rules)).rejects.toMatchObject({ code: 'path_outside_roots' })
      expect(await resolveInside(`${around}/import/text.txt`, rules)).toContain('text.txt')
      expect(await canBeRoot(around, rules.dataDir)).toBe(false)
      expect(await canBeRoot(path.join(around, 'import'), rules.dataDir)).toBe(true)
      const listed = await listFolder(root, await allowedBy(rules))
      expect(listed.map(({ name }) => name)).not.toContain('mounted')
    })
    await withMount(path.join(rules.dataDir, 'secrets'), secrets, () =>
      expect(resolveInside(`${secrets}/api-key`, rules)).rejects.toMatchObject({ code: 'path_outside_roots' }),
    )
  })

  it('follows links that stay inside', async () => {
    const real = await resolveInside(path.join(root, 'link-in', 'data.txt'), rules)
    expect(real.endsWith(path.join('root', 'inner', 'data.txt'))).toBe(true)
  })

  it.each(['../secret', 'link-out', 'folder-out/secret', 'inner/../../secret', '../root-twin/x'])(
    'refuses %s',
    async (name) => {
      await expect(resolveInside(`${root}/${name}`, rules)).rejects.toMatchObject({ code: 'path_outside_roots' })
    },
  )

  it('refuses relative paths and NUL', async () => {
    await expect(resolveInside('inner', rules)).rejects.toMatchObject({ code: 'path_outside_roots' })
    await expect(resolveInside(`${root}/a\0b`, rules)).rejects.toMatchObject({ code: 'file_not_found' })
  })

  it('does not tell whether something outside exists', async () => {
    for (const name of ['secret', 'nothing']) {
      await expect(resolveInside(path.join(base, name), rules)).rejects.toMatchObject({ code: 'path_outside_roots' })
    }
  })

  it('knows that a name beginning with two dots is not the parent', () => {
    expect(isInside('/a', '/a/..b')).toBe(true)
    expect(isInside('/a', '/ab')).toBe(false)
  })
})
