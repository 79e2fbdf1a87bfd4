// Steps of the test suite: commands whose outcome is counted. A step counts as one check unless it reads a report.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { ROOT } from './paths.mjs'

/** @typedef {{ passed: number, failed: number, skipped: number }} Count */
/**
 * @typedef {object} Step
 * @property {string} name
 * @property {string[]} command
 * @property {NodeJS.ProcessEnv} [env]
 * @property {number} [partial] a status that says the check could not be made whole
 * @property {(status: number) => Count} [count]
 */

/** @param {number} status @returns {Count} */
const oneCheck = (status) => ({ passed: status ? 0 : 1, failed: status ? 1 : 0, skipped: 0 })

/** Runs a command to its end; its output goes to the terminal, or is kept and answered. @param {Step} step @param {boolean} keep */
const run = ({ command: [program, ...args], env = {} }, keep) =>
  new Promise((done) => {
    const child = spawn(String(program), args, {
      cwd: ROOT,
      stdio: keep ? ['ignore', 'pipe', 'pipe'] : 'inherit',
      env: { ...process.env, ...env },
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk))
    child.once('error', (error) => done({ status: 1, output: String(error) }))
    child.once('close', (code) => done({ status: code ?? 1, output }))
  })

/** The counts of a JSON report; a report that was not written counts nothing, which its step takes for a failure. @param {string} file @param {(json: any) => Count} read */
export const fromReport = (file, read) => () => {
  try {
    return read(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return { passed: 0, failed: 0, skipped: 0 }
  }
}

export const openSuite = () => {
  const total = { passed: 0, failed: 0, skipped: 0 }

  /** @param {Step} step @param {boolean} keep */
  const check = async (step, keep) => {
    if (!keep) console.log(`\n== ${step.name}`)
    const began = performance.now()
    const { status, output } = await run(step, keep)
    const count = (step.count ?? oneCheck)(status)
    // A runner that broke without a failing test has failed all the same.
    if (status && status !== step.partial && !count.failed) count.failed = 1
    const seconds = ((performance.now() - began) / 1000).toFixed(0)
    for (const what of /** @type {const} */ (['passed', 'failed', 'skipped'])) total[what] += count[what]
    if (keep) console.log(`\n== ${step.name}\n${output.trimEnd()}`)
    const outcome = count.failed ? `${count.failed} FAILED` : 'ok'
    console.log(`\n== ${step.name}: ${outcome} (${count.passed} passed, ${count.skipped} skipped, ${seconds} s)`)
    return !count.failed
  }

  return {
    total,
    /** Runs a step and shows what it says. @param {Step} step */
    step: (step) => check(step, false),
    /** Runs steps side by side, at most two at once; each shows what it said when it ends. @param {Step[]} steps */
    together: async (steps) => {
      const waiting = [...steps]
      const lane = async () => {
        for (let next = waiting.shift(); next; next = waiting.shift()) await check(next, true)
      }
      await Promise.all([lane(), lane()])
    },
  }
}
