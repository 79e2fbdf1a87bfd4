// Room on a disk, defined once: free is what the user may still write. Blocks that the system keeps for root count neither as free nor as
// part of the size, so used + free = size.
import { statfs } from 'node:fs/promises'

export interface Room {
  /** Bytes. */
  readonly used: number
  readonly size: number
}

/** @throws when there is no such folder. */
export async function roomOf(folder: string): Promise<Room> {
  const { blocks, bfree, bavail, bsize } = await statfs(folder)
  const used = (blocks - bfree) * bsize
  return { used, size: used + bavail * bsize }
}

/** Bytes that the user may still write on the disk of a folder. */
export async function freeAt(folder: string): Promise<number> {
  const { used, size } = await roomOf(folder)
  return size - used
}
