// `mistudio saes verify <folder>`: our SAEs against reference numbers. Needs no running server.
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { AppError } from '@mistudio/contracts'
import { printChecks } from './checks.js'
import { verifySaes } from './saes/verify.js'

export const saes = {
  summary: 'verify <folder>: compare SAE training, inference, export and metrics with the reference cases in a folder',
  async run([action, folder, ...rest]: string[]): Promise<number> {
    if (action !== 'verify' || !folder || rest.length > 0) {
      throw new AppError('bad_request', 'Usage: mistudio saes verify <folder>')
    }
    const found = await stat(folder).catch(() => null)
    if (!found?.isDirectory()) throw new AppError('file_not_found', `There is no folder ${folder}. Check the path.`)
    return printChecks(verifySaes(resolve(folder)))
  },
}
