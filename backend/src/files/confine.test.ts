import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isInside, resolveInside } from './confine.js'

let base: string
let root: string
beforeAll(async () => {
  base = await mkdtemp(path.join(tmpdir(), 'mistudio-confine-'))
  root = path.join(base, 'root')
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
  it('follows links that stay inside', async () => {
    const real = await resolveInside(path.join(root, 'link-in', 'data.txt'), [root])
    expect(real.endsWith(path.join('root', 'inner', 'data.txt'))).toBe(true)
  })

  it.each(['../secret', 'link-out', 'folder-out/secret', 'inner/../../secret', '../root-twin/x'])(
    'refuses %s',
    async (name) => {
      await expect(resolveInside(`${root}/${name}`, [root])).rejects.toMatchObject({ code: 'path_outside_roots' })
    },
  )

  it('refuses relative paths and NUL', async () => {
    await expect(resolveInside('inner', [root])).rejects.toMatchObject({ code: 'path_outside_roots' })
    await expect(resolveInside(`${root}/a\0b`, [root])).rejects.toMatchObject({ code: 'file_not_found' })
  })

  it('does not tell whether something outside exists', async () => {
    for (const name of ['secret', 'nothing']) {
      await expect(resolveInside(path.join(base, name), [root])).rejects.toMatchObject({ code: 'path_outside_roots' })
    }
  })

  it('knows that a name beginning with two dots is not the parent', () => {
    expect(isInside('/a', '/a/..b')).toBe(true)
    expect(isInside('/a', '/ab')).toBe(false)
  })
})
