// Where downloads lie: `<data>/hub/<org>--<name>/<commit>`, whole or not there; while it grows, a hidden folder beside it.
import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { HubCommitSchema, HubRepoSchema, hubFolderName } from '@mistudio/contracts'

export interface Places {
  /** Folder of the finished snapshot. */
  readonly snapshot: string
  /** Folder of the unfinished one. */
  readonly partial: string
}

/** @throws ZodError for names that were not checked before */
export function placesOf(dataDir: string, repo: string, commit: string): Places {
  const folder = join(dataDir, 'hub', hubFolderName(HubRepoSchema.parse(repo)))
  const name = HubCommitSchema.parse(commit)
  return { snapshot: join(folder, name), partial: join(folder, `.${name}.part`) }
}

/** Bytes free for this process on the disk of `folder`, which must exist. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}
