// Where downloads lie: `<data>/hub/<org>--<name>/<commit>[+<graph>]`, whole or not there; while it grows, a hidden folder beside it.
import { join } from 'node:path'
import { HubCommitSchema, HubGraphSchema, HubRepoSchema, hubFolderName, hubSnapshotName } from '@mistudio/contracts'

export interface Places {
  /** Folder of the finished snapshot. */
  readonly snapshot: string
  /** Folder of the unfinished one. */
  readonly partial: string
}

/** @throws ZodError for names that were not checked before */
export function placesOf(dataDir: string, repo: string, commit: string, graph: string | null): Places {
  const folder = join(dataDir, 'hub', hubFolderName(HubRepoSchema.parse(repo)))
  const name = hubSnapshotName({ commit: HubCommitSchema.parse(commit), graph: graph && HubGraphSchema.parse(graph) })
  return { snapshot: join(folder, name), partial: join(folder, `.${name}.part`) }
}
