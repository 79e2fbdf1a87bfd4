// Room on the disk for what is about to be written.
import { statfs } from 'node:fs/promises'
import { AppError } from '@mistudio/contracts'

/** Bytes that the user may still write on the disk of a folder: blocks kept for root are not free. */
export async function freeAt(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

/** Bytes that stay free on the disk. */
const RESERVE = 2 ** 28

/**
 * Requires `bytes` beside a reserve on the disk of a folder that exists. `what` needs them; `remedy` is what to do beside freeing space.
 * @throws AppError `disk_full`.
 */
export async function requireSpace(folder: string, bytes: number, what: string, remedy: string): Promise<void> {
  const free = await freeAt(folder)
  if (free >= bytes + RESERVE) return
  const gib = (value: number) => `${(value / 2 ** 30).toFixed(2)} GiB`
  const message = `${what} needs ${gib(bytes)} more and ${gib(RESERVE)} to spare, the data folder has ${gib(free)} free. ${remedy}, or free space.`
  throw new AppError('disk_full', message)
}
