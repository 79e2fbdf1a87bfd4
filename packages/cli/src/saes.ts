// `mistudio saes …`: our SAEs against reference numbers, and saved activations through an SAE folder. Needs no running server.
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { AppError } from '@mistudio/contracts'
import { printChecks } from './checks.js'
import { encodeFile } from './saes/encode.js'
import { verifySaes } from './saes/verify.js'

const USAGE = [
  'mistudio saes verify <folder>',
  'mistudio saes encode <SAE folder> <activations.safetensors with x> <output.safetensors>',
].join('\n       ')

export const saes = {
  summary:
    'verify <folder>: compare SAE training, inference, export and metrics with the reference cases in a folder; encode <SAE> <in> <out>: activations through an SAE',
  async run([action, folder, ...rest]: string[]): Promise<number> {
    const [input, output] = rest
    if (action === 'verify' && folder && rest.length === 0) {
      return printChecks(verifySaes(resolve(await requireFolder(folder))))
    }
    if (action === 'encode' && folder && input && output && rest.length === 2) {
      const { tokens, dSae, l0 } = await encodeFile(resolve(await requireFolder(folder)), input, output)
      process.stdout.write(`${tokens} tokens, ${dSae} features, L0 ${l0.toFixed(3)}: ${output}\n`)
      return 0
    }
    throw new AppError('bad_request', `Usage: ${USAGE}`)
  },
}

async function requireFolder(folder: string): Promise<string> {
  const found = await stat(folder).catch(() => null)
  if (found?.isDirectory()) return folder
  throw new AppError('file_not_found', `There is no folder ${folder}. Check the path.`)
}
