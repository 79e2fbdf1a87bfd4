// Helpers of this package's tests: temporary folders, fixture paths, and expectations on typed errors.
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, expect } from 'vitest'
import { FormatError, type FormatErrorCode } from './errors.js'

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
export const fixture = (name: string): string => join(ROOT, 'fixtures/formats', name)

const folders: string[] = []

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mistudio-formats-'))
  folders.push(folder)
  return folder
}

/** A file with this content in a folder of its own. */
export function temporaryFile(name: string, content: string | Uint8Array): string {
  const path = join(temporaryFolder(), name)
  writeFileSync(path, content)
  return path
}

/** The `FormatError` that `work` must end with. */
export async function refusal(work: () => Promise<unknown> | unknown, code: FormatErrorCode): Promise<FormatError> {
  const error: unknown = await Promise.resolve()
    .then(work)
    .then(
      () => new Error('nothing was refused'),
      (thrown: unknown) => thrown,
    )
  if (!(error instanceof FormatError)) throw new Error(`expected ${code}, got ${String(error)}`, { cause: error })
  expect(error.code).toBe(code)
  return error
}

/** Bytes of a safetensors file from a header text and data, whatever they say. */
export function safetensorsBytes(
  header: string | object,
  data: Uint8Array = new Uint8Array(0),
  length?: number,
): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header))
  const bytes = new Uint8Array(8 + json.byteLength + data.byteLength)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length ?? json.byteLength), true)
  bytes.set(json, 8)
  bytes.set(data, 8 + json.byteLength)
  return bytes
}

/** Enters the content of a file into the manifest of its folder, as if it had been written so. */
export async function settle(folder: string, name: string, content: Uint8Array): Promise<void> {
  const path = join(folder, 'manifest.json')
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as { files: Record<string, unknown> }
  manifest.files[name] = { bytes: content.byteLength, sha256: createHash('sha256').update(content).digest('hex') }
  writeFileSync(path, JSON.stringify(manifest))
}
