// Encryption of secrets at rest. The key is a file of the data folder that its owner alone can read; a copy of the database without
// that file gives nothing away.
import { createCipheriv, randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import {
  AppError,
  SECRET_CIPHER,
  SECRET_KEY_BYTES,
  SECRET_KEY_FILE,
  SECRET_NONCE_BYTES,
  type SealedSecret,
} from '@mistudio/contracts'

/** Encrypts `secret` under `key`; `name` is authenticated with it (AES-256-GCM, NIST SP 800-38D). */
export function seal(secret: string, key: Uint8Array, name: string): SealedSecret {
  const nonce = randomBytes(SECRET_NONCE_BYTES)
  const cipher = createCipheriv(SECRET_CIPHER, key, nonce, { authTagLength: 16 }).setAAD(Buffer.from(name))
  const data = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
  return {
    version: 1,
    nonce: nonce.toString('base64'),
    tag: cipher.getAuthTag().toString('base64'),
    data: data.toString('base64'),
  }
}

/** The key of this data folder; made at its first use. Throws `internal` when the file is not a key. */
export async function sealingKey(dataDir: string): Promise<Uint8Array> {
  const folder = path.join(dataDir, 'secrets')
  const file = path.join(folder, SECRET_KEY_FILE)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  // Only the first of several writers makes it; the others read it.
  await writeFile(file, randomBytes(SECRET_KEY_BYTES).toString('base64'), { flag: 'wx', mode: 0o600 }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    },
  )
  const key = Buffer.from(await readFile(file, 'utf8'), 'base64')
  if (key.byteLength === SECRET_KEY_BYTES) return key
  throw new AppError('internal', `${file} is no key. Delete it, and store the secrets of the settings again.`)
}
