// Names of folders of the data directory, for schemas; `derived.ts` fills them from the rooms.
import { lateEnum } from '../definition/index.js'
import type { FileRoom, StoredRoom } from '../derived.js'

export const fileRooms = lateEnum<FileRoom>('Folders of the data directory')
export const storedRooms = lateEnum<StoredRoom>('Folders with hashes')
