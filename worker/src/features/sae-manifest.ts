// The manifest of an SAE of ours: which files belong to it and what they hash to. SAEs of versions that wrote none get one when they are
// first used, of what lies there then.
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import {
  addToManifest,
  FormatError,
  openManifest,
  SAELENS_CFG,
  SAELENS_SPARSITY,
  SAELENS_WEIGHTS,
  sha256OfFile,
  type WrittenFile,
  writeManifest,
} from '@mistudio/formats'
import { z } from 'zod'

const KIND = 'sae'
const FILES = [SAELENS_CFG, SAELENS_WEIGHTS, SAELENS_SPARSITY]

/** Call it after every file is written. */
export const writeSaeManifest = (folder: string, files: Readonly<Record<string, WrittenFile>>): Promise<void> =>
  writeManifest(folder, KIND, { files, data: {} })

/** Enters a file that is written later, or anew. */
export async function enterSaeFile(folder: string, name: string, written: WrittenFile): Promise<void> {
  await addToManifest(folder, KIND, name, written).catch(async (error: unknown) => {
    if (!isMissing(error)) throw error
    await adopt(folder)
  })
}

/** @throws FormatError `file_damaged` and its like when a file is not what was written. */
export async function requireSaeWhole(folder: string): Promise<void> {
  await openManifest(folder, KIND, z.unknown()).catch(async (error: unknown) => {
    if (!isMissing(error)) throw error
    await adopt(folder)
  })
}

const isMissing = (error: unknown): boolean => error instanceof FormatError && error.code === 'manifest_missing'

async function adopt(folder: string): Promise<void> {
  const files: Record<string, WrittenFile> = {}
  const names = await readdir(folder).catch(() => [] as string[])
  // Without its files there is nothing to adopt; whoever opens it says which is missing.
  if (!names.includes(SAELENS_CFG) || !names.includes(SAELENS_WEIGHTS)) return
  for (const name of names.filter((one) => FILES.includes(one))) {
    const path = join(folder, name)
    files[name] = { sha256: await sha256OfFile(path), bytes: (await stat(path)).size }
  }
  await writeSaeManifest(folder, files)
}
