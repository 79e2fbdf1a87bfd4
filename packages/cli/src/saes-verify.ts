// `mistudio saes verify <folder>`: our SAEs against reference numbers. Needs no running server.
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
    return printChecks(verifySaes(resolve(folder)))
  },
}
