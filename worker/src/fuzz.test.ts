// A small part of `npm run fuzz` for model folders, tokenizers and ONNX graphs: seeded mutations in a process of their own, so that a crash or a hang is seen from outside.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const FUZZ = fileURLToPath(new URL('../../e2e/fuzz/main.mjs', import.meta.url))
/** Milliseconds; generous, because the test is about endless loops. */
const HANG = '5000'

it.each([
  ['configs', 500],
  ['tokenizers', 500],
  ['onnx', 300],
])('refuse mutated %s with a typed error or read them right (%i inputs)', async (kind, count) => {
  const run = promisify(execFile)(process.execPath, [FUZZ, '--kind', kind, '--count', String(count), '--hang', HANG])
  const { stdout } = await run.catch((error: { stdout: string }) => error)
  expect(stdout).not.toContain('FAIL')
  expect(stdout).toMatch(new RegExp(`^${count} inputs, \\d+ refused, \\d+ loaded`, 'm'))
})
