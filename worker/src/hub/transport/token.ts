// The Hugging Face token at run time: the one stored in the settings (sealed in the database), else HF_TOKEN. Never in job parameters.
import { createDecipheriv } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  AppError,
  HUB_TOKEN_SECRET,
  SECRET_CIPHER,
  SECRET_KEY_BYTES,
  SECRET_KEY_FILE,
  type SealedSecret,
} from '@mistudio/contracts'
import type { Pool } from 'pg'
import { storedToken } from '../rows.js'

export interface ChosenToken {
  readonly token: string | null
  readonly from: 'settings' | 'environment' | 'none'
}

/** Opens a sealed secret. @throws when key, name or bytes are not those it was sealed with. */
function openSecret(sealed: SealedSecret, key: Uint8Array, name: string): string {
  const decipher = createDecipheriv(SECRET_CIPHER, key, Buffer.from(sealed.nonce, 'base64'), { authTagLength: 16 })
  decipher.setAAD(Buffer.from(name))
  decipher.setAuthTag(Buffer.from(sealed.tag, 'base64'))
  return Buffer.concat([decipher.update(Buffer.from(sealed.data, 'base64')), decipher.final()]).toString('utf8')
}

/** The token to use. @throws AppError when one is stored that cannot be opened. */
export async function hubToken(db: Pool, dataDir: string, environment: string | null): Promise<ChosenToken> {
  const stored = await storedToken(db)
  if (!stored) return environment ? { token: environment, from: 'environment' } : { token: null, from: 'none' }
  try {
    const key = Buffer.from(await readFile(join(dataDir, 'secrets', SECRET_KEY_FILE), 'utf8'), 'base64')
    if (key.byteLength !== SECRET_KEY_BYTES) throw new Error(`the key has ${key.byteLength} bytes`)
    return { token: openSecret(stored.sealed(), key, HUB_TOKEN_SECRET), from: 'settings' }
  } catch (error) {
    throw new AppError(
      'hub_denied',
      'The stored Hugging Face token cannot be opened: the key file in the data folder changed. Store the token again under Settings › Hugging Face.',
      undefined,
      { cause: error },
    )
  }
}
