// Tensors of an SAE file, checked against the shapes its configuration promises.
import type { TensorSource } from '@mistudio/formats'
import { SaeError } from './errors.js'

/** A tensor as float32, row-major. @throws SaeError `sae_invalid` when it is absent, misshapen or holds a number that is not finite. */
export async function readTensor(source: TensorSource, name: string, shape: readonly number[]): Promise<Float32Array> {
  if (!source.names().includes(name)) {
    throw new SaeError('sae_invalid', `The SAE file has no tensor ${name} (it has ${source.names().join(', ')}).`)
  }
  const found = source.info(name).shape
  if (found.length !== shape.length || found.some((size, axis) => size !== shape[axis])) {
    throw new SaeError('sae_invalid', `${name} is [${found.join(', ')}]; cfg.json asks for [${shape.join(', ')}].`)
  }
  const values = await source.float32(name)
  const bad = values.findIndex((value) => !Number.isFinite(value))
  if (bad >= 0) throw new SaeError('sae_invalid', `${name} holds ${values[bad]} at position ${bad}.`)
  return values
}
