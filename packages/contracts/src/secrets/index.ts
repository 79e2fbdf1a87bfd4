// Secrets at rest: the backend seals them, the worker opens them. The format is here, the cryptography is with each of them.
import { z } from 'zod'

/** AES-256-GCM with a random 96-bit nonce; the secret's name is authenticated with it, so one secret cannot stand in for another. */
export const SECRET_CIPHER = 'aes-256-gcm'
export const SECRET_NONCE_BYTES = 12
export const SECRET_KEY_BYTES = 32
/** File below `<data>/secrets` with the key in base64, readable by its owner only. */
export const SECRET_KEY_FILE = 'sealing-key'

export const SealedSecretSchema = z.object({
  version: z.literal(1),
  nonce: z.base64(),
  tag: z.base64(),
  data: z.base64(),
})
export type SealedSecret = z.infer<typeof SealedSecretSchema>

/** Name of the row that holds the Hugging Face token. */
export const HUB_TOKEN_SECRET = 'hub-token'
