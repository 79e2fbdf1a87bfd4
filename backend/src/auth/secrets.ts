// Random secrets and their hashes. 256 random bits need no slow hash: there is nothing to guess.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { API_KEY_PREFIX } from '@mistudio/contracts'

export const randomSecret = (): string => randomBytes(32).toString('base64url')
export const randomApiKey = (): string => `${API_KEY_PREFIX}${randomSecret()}`
export const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('hex')

/** Compares two hex digests in constant time. */
export function sameHash(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a, 'hex'), Buffer.from(b, 'hex')]
  return left.length === right.length && timingSafeEqual(left, right)
}

/** The part of a key that is shown again. */
export const keyPrefix = (key: string): string => key.slice(0, API_KEY_PREFIX.length + 6)
