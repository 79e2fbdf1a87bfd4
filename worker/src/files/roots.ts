// Where a job may read files: the import folders, places that its pipeline names, and the rooms of the data directory. Of that directory
// nothing else, so that its secrets, logs and database are out of reach of every path and link.
import { mkdir, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { FILE_ROOMS } from '@mistudio/contracts'
import { existingRoots, type FileRoot, type FileRoots, identitiesOf, isInside, leadsThrough } from '@mistudio/formats'
import type { Sql } from '@mistudio/sql'
import { importRoots } from './rows.js'

/** Folders of the data directory that jobs read, beside the rooms that keep a folder per id. */
const OTHER_ROOMS = ['hub', 'import']
const roomNames = (): readonly string[] => [...FILE_ROOMS, ...OTHER_ROOMS]

/** @param places folders that the pipeline names: they come with the product or belong to other tools. */
export async function rootsOf(db: Sql, dataDir: string, places: readonly string[]): Promise<FileRoots> {
  await mkdir(dataDir, { recursive: true })
  const closed = await realpath(dataDir)
  const own = roomNames().map((name) => join(dataDir, name))
  const given = await existingRoots([...(await importRoots(db)), ...places])
  const inside = await existingRoots(own)
  // A room may not exist yet when the job that makes it begins.
  const rooms = own.map(
    (named, i) => inside.find((root) => root.named === named) ?? { named, real: join(closed, roomNames()[i]!) },
  )
  return { closed, roots: [...(await outsideOf(closed, given)), ...rooms] }
}

/** The roots that lie in no part of the data directory, under none of its names; its folder `import` may have another. */
async function outsideOf(closed: string, roots: readonly FileRoot[]): Promise<FileRoot[]> {
  const named = roots.filter(({ real }) => !isInside(closed, real))
  const [identities, open] = await Promise.all([closed, join(closed, 'import')].map(identitiesOf))
  const inside = await Promise.all(named.map(({ real }) => leadsThrough(identities!, real, { open: open! })))
  return named.filter((_, i) => !inside[i])
}
