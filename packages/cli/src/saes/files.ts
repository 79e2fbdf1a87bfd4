// Reading case folders of golden SAEs.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '@mistudio/contracts'
import { SafetensorsFile } from '@mistudio/formats'
import type { z } from 'zod'

/** A JSON file checked by a schema. @throws AppError naming file and field. */
export async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T> {
  const parsed = schema.safeParse(JSON.parse(await readFile(path, 'utf8')))
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new AppError('file_invalid', `${path}: ${issue?.path.join('.')}: ${issue?.message}.`)
}

export const openTensors = (...path: string[]): Promise<SafetensorsFile> => SafetensorsFile.open(join(...path))

/** Names of a file that start with `prefix`, without it. */
export const namesUnder = (file: SafetensorsFile, prefix: string): string[] =>
  file
    .names()
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length))

/** All tensors as float32, by name. */
export async function floatTensors(file: SafetensorsFile): Promise<Record<string, Float32Array>> {
  return Object.fromEntries(
    await Promise.all(file.names().map(async (name) => [name, await file.float32(name)] as const)),
  )
}

/** All tensors as float64, by name. */
export async function doubleTensors(file: SafetensorsFile): Promise<Record<string, Float64Array>> {
  return Object.fromEntries(
    await Promise.all(file.names().map(async (name) => [name, await file.float64(name)] as const)),
  )
}

/** A number stored as a tensor of shape []. */
export const scalar = async (file: SafetensorsFile, name: string): Promise<number> =>
  (await file.float64(name))[0] ?? Number.NaN
