// golden.json and golden.safetensors beside a model: expected values of a reference library, if somebody put them there.
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { readJsonFile, SafetensorsFile, type TensorSource } from '@mistudio/formats'
import { type GoldenInfo, parseGoldenInfo } from '@mistudio/interp/parity'

export const GOLDEN_INFO = 'golden.json'
export const GOLDEN_TENSORS = 'golden.safetensors'

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  )

/** Null when either file is missing. @throws ModelError or FormatError when they are there and wrong. */
export async function openGolden(folder: string): Promise<{ info: GoldenInfo; golden: TensorSource } | null> {
  const [info, tensors] = [GOLDEN_INFO, GOLDEN_TENSORS].map((name) => join(folder, name))
  if (!(await exists(info!)) || !(await exists(tensors!))) return null
  return { info: parseGoldenInfo(await readJsonFile(info!)), golden: await SafetensorsFile.open(tensors!) }
}
