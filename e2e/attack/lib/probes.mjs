// Counting of probes: a group of them holds or fails one by one, and each that fails tells what was sent and what came back.
// Nothing is printed before known secrets and canaries are taken out.
import { performance } from 'node:perf_hooks'

const SHOWN = 600
/** @type {Map<string, string>} */
const secrets = new Map()

/** What must never be printed. @param {string} name @param {string} value */
export const keepSecret = (name, value) => {
  if (value.length >= 6) secrets.set(value, `‹${name}›`)
}

/** A text with every secret named instead of shown, and cut. @param {unknown} value */
const redacted = (value) => {
  let text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))
  for (const [secret, name] of secrets) text = text.replaceAll(secret, name)
  // Bytes of files would otherwise reach the terminal.
  text = text.replace(/[^\t\n\x20-\x7e\u00a0-\ud7ff]/g, '·')
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}… (${text.length} characters)` : text
}

/** @typedef {{ sent?: unknown, got: unknown }} Fault what was sent and what came back instead of what should */
/** @typedef {{ name: string, held: number, failed: number, seconds: number, faults: { what: string, fault: Fault }[] }} Count */
/** @typedef {ReturnType<typeof openProbes>} Probes */

/** Probes of one group. @param {string} name */
export const openProbes = (name) => {
  const began = performance.now()
  /** @type {Count} */
  const count = { name, held: 0, failed: 0, seconds: 0, faults: [] }
  const record = (/** @type {string} */ what, /** @type {Fault | null | undefined} */ fault) => {
    if (!fault) {
      count.held += 1
      return
    }
    count.failed += 1
    count.faults.push({ what, fault })
    const sent = fault.sent === undefined ? '' : `\n       sent: ${redacted(fault.sent)}`
    console.log(`  FAIL ${redacted(what)}${sent}\n       got:  ${redacted(fault.got)}`)
  }
  return {
    /** One probe: `act` answers nothing when the product did right, else the fault. @param {string} what @param {() => Promise<Fault | null | undefined | void>} act */
    probe: async (what, act) => {
      try {
        record(what, (await act()) ?? null)
      } catch (error) {
        record(what, { got: error instanceof Error ? `${error.name}: ${error.message}` : String(error) })
      }
    },
    end: () => {
      count.seconds = (performance.now() - began) / 1000
      return count
    },
  }
}

/** The fault unless the condition holds. @param {boolean} holds @param {unknown} sent @param {unknown} got @returns {Fault | null} */
export const unless = (holds, sent, got) => (holds ? null : { sent, got })
