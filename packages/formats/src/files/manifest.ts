// The manifest of a folder of ours: which files belong to it, how long they are and what they hash to. It is written
// last, so a folder without a valid manifest is not complete, and a file whose length differs was torn or touched.
import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { FormatError, translateSystemError } from '../errors.js'
import { type AtomicOptions, type WrittenFile, writeFileAtomic } from './atomic.js'
import { readJsonFile } from './json.js'
import { openStream } from './open.js'
import { rememberWritten, verifyFiles } from './verified.js'

const MANIFEST = 'manifest.json'

const ManifestSchema = z.object({
  /** What the folder is (`documents`, `tokens`, `checkpoint` ...). */
  kind: z.string(),
  version: z.literal(1),
  files: z.record(
    z.string().regex(/^[\w.-]+$/),
    z.object({ bytes: z.int().min(0), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
  ),
  data: z.unknown(),
})

export interface Manifest<T> {
  readonly files: Readonly<Record<string, WrittenFile>>
  /** What the kind of folder records besides its files. */
  readonly data: T
}

/** Writes `manifest.json`; call it after every file of the folder is committed. */
export async function writeManifest(
  folder: string,
  kind: string,
  manifest: Manifest<unknown>,
  options: AtomicOptions = {},
): Promise<void> {
  const text = JSON.stringify({ kind, version: 1, files: manifest.files, data: manifest.data }, null, 2)
  await writeFileAtomic(join(folder, MANIFEST), text, options)
  await rememberWritten(folder, manifest.files)
}

/** Writes the manifest again with one more file, or with another version of one. Errors: as of {@link readManifest}. */
export async function addToManifest(folder: string, kind: string, name: string, written: WrittenFile): Promise<void> {
  const { files, data } = await readManifest(folder, kind, z.unknown(), [name])
  await writeManifest(folder, kind, { files: { ...files, [name]: written }, data })
}

/** The files of any folder with a manifest. Errors: `manifest_missing`, `manifest_invalid`. */
export async function readManifestFiles(folder: string): Promise<Manifest<unknown>['files']> {
  return (await parseManifest(join(folder, MANIFEST))).files
}

async function parseManifest(path: string): Promise<z.infer<typeof ManifestSchema>> {
  const parsed = ManifestSchema.safeParse(await readJsonFile(path).catch((error: unknown) => missing(error, path)))
  if (parsed.success) return parsed.data
  throw invalid(path, parsed.error)
}

/**
 * Reads and checks the manifest of `folder`: kind, shape of `data`, and the length of every file.
 * Errors: `manifest_missing`, `manifest_invalid`, `file_incomplete`.
 */
export async function readManifest<T>(
  folder: string,
  kind: string,
  schema: z.ZodType<T>,
  /** Files that may have another length: about to be entered anew. */
  unsettled: readonly string[] = [],
): Promise<Manifest<T>> {
  const path = join(folder, MANIFEST)
  const found = await parseManifest(path)
  if (found.kind !== kind)
    throw new FormatError('manifest_invalid', `The folder holds "${found.kind}", expected "${kind}"`, { file: path })
  const data = schema.safeParse(found.data)
  if (!data.success) throw invalid(path, data.error)
  for (const [name, { bytes }] of Object.entries(found.files))
    if (!unsettled.includes(name)) await checkLength(join(folder, name), bytes)
  return { files: found.files, data: data.data }
}

/** The same, and every file is what was written. Errors: those too, and `file_damaged`. */
export async function openManifest<T>(folder: string, kind: string, schema: z.ZodType<T>): Promise<Manifest<T>> {
  const manifest = await readManifest(folder, kind, schema)
  await verifyFiles(folder, manifest.files)
  return manifest
}

/** Reads every file of the manifest and compares hashes. Error: `file_corrupt`. */
export async function verifyHashes(folder: string, files: Manifest<unknown>['files']): Promise<void> {
  for (const [name, { sha256 }] of Object.entries(files)) {
    const found = await sha256OfFile(join(folder, name))
    if (found !== sha256)
      throw new FormatError('file_corrupt', 'The content does not match the hash written when the file was made', {
        file: join(folder, name),
        hint: 'Make it again; check the disk.',
      })
  }
}

/** SHA-256 of a file in hex, read as a stream. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  try {
    for await (const chunk of await openStream(path, { highWaterMark: 2 ** 20 })) hash.update(chunk as Buffer)
  } catch (error) {
    return translateSystemError(error, path)
  }
  return hash.digest('hex')
}

async function checkLength(path: string, bytes: number): Promise<void> {
  const size = await stat(path).then(
    (found) => found.size,
    (error: unknown) => translateSystemError(error, path),
  )
  if (size !== bytes)
    throw new FormatError('file_incomplete', `The file has ${size} bytes, ${bytes} were written`, {
      file: path,
      hint: 'It was damaged after it was made; make it again.',
    })
}

function missing(error: unknown, path: string): never {
  if (error instanceof FormatError && error.code === 'file_not_found')
    throw new FormatError('manifest_missing', 'The folder has no manifest, so it is not complete', {
      file: path,
      hint: 'Run the job that makes it again.',
      cause: error,
    })
  throw error
}

const invalid = (file: string, error: z.ZodError): FormatError =>
  new FormatError('manifest_invalid', `The manifest is malformed: ${error.issues[0]?.message}`, {
    file,
    where: error.issues[0]?.path.join('.') ?? '',
    cause: error,
  })
