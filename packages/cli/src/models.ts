// `mistudio models verify <folder>`: language models against stored values of a reference library. Needs no running server.
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { AppError } from '@mistudio/contracts'
import { printChecks } from './checks.js'
import { verifyModels } from './models-verify.js'

const USAGE = 'Usage: mistudio models verify <folder> [--quick]'

export const models = {
  summary:
    'verify <folder>: compare every model in a folder with the golden values beside it (--quick: one way of running)',
  async run(args: string[]): Promise<number> {
    const { values, positionals } = parseArgs({ args, options: { quick: { type: 'boolean' } }, allowPositionals: true })
    const [action, folder, ...rest] = positionals
    if (action !== 'verify' || !folder || rest.length > 0) throw new AppError('bad_request', USAGE)
    return printChecks(verifyModels(resolve(folder), { quick: values.quick ?? false }))
  },
}
