// Folders of a room in the data directory: `<data>/<folder>/<id>`, one per thing, removed when the thing is deleted.

/** A folder whose files have a manifest with hashes, in words for the day one is damaged. */
interface Hashed {
  /** "This SAE" of "This SAE is damaged". */
  readonly what: string
  /** How one comes by it again. */
  readonly wayOut: string
  /** Table whose `ready_at` tells since when it is there, so that it is looked at in time; null: not before it was looked at once. */
  readonly readyIn: string | null
}

export interface Folder {
  /** null: what lies there can be fetched or made again, and nothing looks whether it is whole. */
  readonly hashed: Hashed | null
}

export type Folders = Readonly<Record<string, Folder>>

/** Apart from jobs and routes, because both name folders of all rooms. */
export const defineFolders = <const F extends Folders>(folders: F): F => folders
