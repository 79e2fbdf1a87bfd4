// `mistudio check`: the check of a running installation, started and shown from the command line.
import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { createClient } from '@mistudio/client'
import { CHECKED_SCORES, type CheckedArchitecture, InstallationCheckSchema } from '@mistudio/contracts'
import { waitForJob } from './wait.js'

const lines = ({ architecture, scores }: CheckedArchitecture): string[] =>
  scores.map(
    ({ name, found, from, to, pass }) =>
      `${pass ? 'PASS' : 'FAIL'} ${architecture} ${CHECKED_SCORES[name].label} ${found.toFixed(4)} (expected ${from.toFixed(4)} to ${to.toFixed(4)} or above)`,
  )

/** Exit status 0 only if every score is within the expected range or above it. */
async function run(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      url: { type: 'string', default: 'http://127.0.0.1:8420' },
      'key-file': { type: 'string', default: 'data/secrets/api-key' },
    },
  })
  const apiKey = (await readFile(values['key-file'], 'utf8')).trim()
  const client = createClient({ baseUrl: values.url, apiKey })
  const { id } = await client.checkInstallation({})
  const report = InstallationCheckSchema.parse((await waitForJob(client, id, 'check this installation')).result)
  process.stdout.write(`${report.architectures.flatMap(lines).join('\n')}\n`)
  const scores = report.architectures.flatMap((found) => found.scores)
  const failed = scores.filter(({ pass }) => !pass).length
  process.stdout.write(`${scores.length - failed} passed, ${failed} failed\n`)
  return failed ? 1 : 0
}

export const check = {
  summary: 'train on known truth and compare with what is expected, through a running server (--url, --key-file)',
  run,
}
