// `mistudio models verify <folder>`: language models against stored values of a reference library; `models sites <folder>`: what is found
// in an ONNX export. Neither needs a running server.
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { AppError } from '@mistudio/contracts'
import { parseProvider } from '@mistudio/onnx/ort'
import { printChecks } from './checks.js'
import { exportSites } from './models-sites.js'
import { verifyModels } from './models-verify.js'

const USAGE = 'Usage: mistudio models verify <folder> [--quick] [--provider cuda] | mistudio models sites <folder>'

export const models = {
  summary:
    'verify <folder>: compare every model in a folder with the golden values beside it (--quick: one way of running); sites <folder>: what is found in an ONNX export',
  async run(args: string[]): Promise<number> {
    const { values, positionals } = parseArgs({
      args,
      options: { quick: { type: 'boolean' }, provider: { type: 'string', default: 'cpu' } },
      allowPositionals: true,
    })
    const [action, folder, ...rest] = positionals
    if (action === 'sites' && folder && rest.length === 0) {
      for await (const line of exportSites(resolve(folder))) process.stdout.write(`${line}\n`)
      return 0
    }
    if (action !== 'verify' || !folder || rest.length > 0) throw new AppError('bad_request', USAGE)
    const [quick, provider] = [values.quick ?? false, parseProvider(values.provider)]
    return printChecks(verifyModels(resolve(folder), { quick, provider }))
  },
}
