// One-time sign-in codes, kept in memory: they live minutes and die with the process.
import { hashSecret, randomSecret } from './secrets.js'

const LIFETIME_MS = 10 * 60_000

export class OneTimeLinks {
  private readonly codes = new Map<string, { keyId: string; expires: number }>()

  constructor(private readonly now: () => number = Date.now) {}

  create(keyId: string): string {
    this.forgetExpired()
    const code = randomSecret()
    this.codes.set(hashSecret(code), { keyId, expires: this.now() + LIFETIME_MS })
    return code
  }

  /** The key that made a code; null when it is unknown, used or older than ten minutes. */
  redeem(code: string): string | null {
    this.forgetExpired()
    const hash = hashSecret(code)
    const found = this.codes.get(hash)
    this.codes.delete(hash)
    return found?.keyId ?? null
  }

  private forgetExpired(): void {
    for (const [hash, { expires }] of this.codes) if (expires <= this.now()) this.codes.delete(hash)
  }
}
