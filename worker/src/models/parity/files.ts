// The files that make up a model, with their hashes, so that a report says exactly what it is about.
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ParityReport } from '@mistudio/contracts'
import { sha256OfFile } from '@mistudio/formats'
import { modelFiles } from '../model-files.js'

type HashedFile = ParityReport['model']['files'][number]

/** Config, tokenizer, weights and stored values of a folder, by name. */
export async function hashFiles(folder: string): Promise<HashedFile[]> {
  const files: HashedFile[] = []
  for (const name of await modelFiles(folder)) {
    const path = join(folder, name)
    const found = await stat(path)
    if (found.isFile()) files.push({ name, bytes: found.size, sha256: await sha256OfFile(path) })
  }
  return files
}
