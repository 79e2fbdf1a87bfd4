// The command line as a process of its own.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url))
const EXPORT = fileURLToPath(new URL('../../../fixtures/exports/gpt2', import.meta.url))

describe('mistudio', () => {
  it.skipIf(process.platform === 'win32')('ends quietly when the reader of its output goes away', async () => {
    const script = '{ "$0" "$1" models sites "$2"; echo "status $?" >&2; } | true'
    const { stderr } = await promisify(execFile)('sh', ['-c', script, process.execPath, MAIN, EXPORT])
    expect(stderr).toBe('status 141\n')
  })
})
