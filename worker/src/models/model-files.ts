// The files that make up a model's folder, those of an export in onnx/ included.
import { join } from 'node:path'
import { listFolder } from '@mistudio/formats'

const MODEL_FILE = /\.(json|jinja|txt|model|safetensors|onnx)$|\.onnx[._]data/

/** Names relative to the folder, sorted. */
export async function modelFiles(folder: string): Promise<string[]> {
  const inner = await listFolder(join(folder, 'onnx')).catch(() => [])
  const names = [...(await listFolder(folder)), ...inner.map((name) => `onnx/${name}`)]
  return names.filter((name) => MODEL_FILE.test(name) && !name.startsWith('.')).sort()
}
