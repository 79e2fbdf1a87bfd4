// Checking a file against the hub's hash: SHA-256 of large files, Git's blob SHA-1 of small ones. Streams; memory stays bounded.
import { createHash, type Hash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import type { HubHash } from '@mistudio/contracts'
import { openStream } from '@mistudio/formats'

/** A running hash of content of `bytes` bytes. Git hashes a blob as `blob <length>\0<content>`. */
const hashOf = (kind: HubHash['kind'], bytes: number): Hash =>
  kind === 'sha256' ? createHash('sha256') : createHash('sha1').update(`blob ${bytes}\0`)

/** Whether a file has the length and hash; false also when it is not there. `onBytes` hears how many bytes were read. */
export async function isFile(
  path: string,
  want: { bytes: number; hash: HubHash },
  signal: AbortSignal,
  onBytes: (bytes: number) => void = () => undefined,
): Promise<boolean> {
  const found = await stat(path).catch(() => null)
  if (!found?.isFile() || found.size !== want.bytes) return false
  const hash = hashOf(want.hash.kind, want.bytes)
  for await (const chunk of await openStream(path, { highWaterMark: 2 ** 20, signal })) {
    hash.update(chunk as Buffer)
    onBytes((chunk as Buffer).byteLength)
  }
  return hash.digest('hex') === want.hash.hex
}
