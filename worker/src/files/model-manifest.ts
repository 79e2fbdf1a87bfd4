// What the files of a model hashed to when it was registered, for folders that are the product's own (uploads, snapshots of the hub): they
// are compared when the folder is opened and by the check of stored data. Folders of the user may change and have none.
import { join } from 'node:path'
import type { ParityReport } from '@mistudio/contracts'
import {
  type Expected,
  FormatError,
  isInside,
  readJsonFile,
  rememberWritten,
  verifyFiles,
  writeFileAtomic,
} from '@mistudio/formats'
import { z } from 'zod'

const MANIFEST = '.mistudio-files.json'
const ManifestSchema = z.object({
  version: z.literal(1),
  files: z.record(z.string(), z.object({ bytes: z.int(), sha256: z.string() })),
})

/** Written once, so that a later check cannot take damage for what it should be. @returns whether it was written now. */
export async function writeModelManifest(
  dataDir: string,
  path: string,
  hashed: ParityReport['model']['files'],
): Promise<boolean> {
  if (!isInside(dataDir, path) || (await readModelManifest(path))) return false
  const files = Object.fromEntries(hashed.map(({ name, bytes, sha256 }) => [name, { bytes, sha256 }]))
  await writeFileAtomic(join(path, MANIFEST), JSON.stringify({ version: 1, files }))
  await rememberWritten(path, files)
  return true
}

/** @throws FormatError `file_damaged` for a file that is not what was registered. */
export async function requireModelWhole(path: string): Promise<void> {
  const files = await readModelManifest(path)
  if (files) await verifyFiles(path, files)
}

/** Null for a folder that has none. @throws FormatError `manifest_invalid`. */
export async function readModelManifest(path: string): Promise<Expected | null> {
  const file = join(path, MANIFEST)
  const json = await readJsonFile(file).catch((error: unknown) => {
    if (error instanceof FormatError && error.code === 'file_not_found') return null
    throw error
  })
  if (json === null) return null
  const parsed = ManifestSchema.safeParse(json)
  if (parsed.success) return parsed.data.files
  throw new FormatError('manifest_invalid', 'The list of the files of this model is damaged', {
    file,
    hint: 'Delete the model with its files, and bring it here again.',
  })
}
