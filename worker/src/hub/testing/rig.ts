// What the tests of downloads share: the small hub, a folder, access without patience, and random content.
import { mkdtempSync, rmSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll } from 'vitest'
import type { HubAccess } from '../transport/http.js'
import type { Timing } from '../transport/retry.js'
import { HubServer } from './hub-server.js'

/** No waiting, but as many tries as in earnest. */
export const QUICK: Timing = {
  baseMs: 1,
  capMs: 2,
  attempts: 8,
  stallMs: 2000,
  paceBytes: 1,
  paceMs: 60_000,
  maxRetryAfterMs: 5000,
}

export interface Rig {
  readonly hub: HubServer
  readonly folder: string
  access(token?: string | null): HubAccess
}

/** Registers the set-up with vitest; the members are there once a test runs. */
export function useRig(): Rig {
  let hub: HubServer
  let folder = ''
  beforeAll(async () => {
    hub = await HubServer.start()
    folder = mkdtempSync(join(tmpdir(), 'mistudio-hub-'))
  })
  afterEach(() => {
    hub.fault = () => null
    hub.seen.length = 0
  })
  afterAll(async () => {
    await hub.stop()
    rmSync(folder, { recursive: true })
  })
  return {
    get hub() {
      return hub
    },
    get folder() {
      return folder
    },
    access: (token = null) => ({ endpoint: hub.endpoint, token, timing: QUICK }),
  }
}

/** Bytes that differ everywhere, the same for the same seed (xorshift32). */
export function noise(bytes: number, seed = 1): Buffer {
  const content = Buffer.alloc(bytes)
  let state = seed | 1
  for (let i = 0; i < bytes; i++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    content[i] = state
  }
  return content
}

/** Names of everything below a folder, hidden included; empty when it is not there. */
export const namesIn = (folder: string): Promise<string[]> => readdir(folder, { recursive: true }).catch(() => [])
