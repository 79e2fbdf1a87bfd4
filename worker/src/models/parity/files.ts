// The files that make up a model, with their hashes, so that a report says exactly what it is about.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ParityReport } from '@mistudio/contracts'
import { modelFiles } from '../model-files.js'

type HashedFile = ParityReport['model']['files'][number]

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of createReadStream(path, { highWaterMark: 2 ** 20 })) hash.update(piece as Buffer)
  return hash.digest('hex')
}

/** Config, tokenizer, weights and stored values of a folder, by name. */
export async function hashFiles(folder: string): Promise<HashedFile[]> {
  const files: HashedFile[] = []
  for (const name of await modelFiles(folder)) {
    const path = join(folder, name)
    const found = await stat(path)
    if (found.isFile()) files.push({ name, bytes: found.size, sha256: await sha256(path) })
  }
  return files
}
