// Golden SAEs of SAELens and comparisons, for the tests of this room only.
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { SafetensorsFile } from '@mistudio/formats'

const place = (path: string): string => fileURLToPath(new URL(`../../../../fixtures/saes/${path}`, import.meta.url))

export const fixtureJson = async (path: string): Promise<unknown> => JSON.parse(await readFile(place(path), 'utf8'))
export const fixtureTensors = (path: string): Promise<SafetensorsFile> => SafetensorsFile.open(place(path))

export const largest = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0)

export const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  a.length === b.length ? largest(Array.from(a, (value, i) => value - b[i]!)) : Number.POSITIVE_INFINITY

/** Dense activations [tokens, d_sae] of values and indices [tokens, k]. */
export function dense(values: Float32Array, indices: Int32Array, k: number, dSae: number): Float32Array {
  const out = new Float32Array((values.length / k) * dSae)
  values.forEach((value, i) => {
    out[Math.floor(i / k) * dSae + indices[i]!]! += value
  })
  return out
}
