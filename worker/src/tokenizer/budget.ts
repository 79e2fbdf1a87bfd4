// A time limit for work that a model's own files decide: regular expressions and templates. V8 ends a script of the `vm` module when its
// time is over, even inside a regular expression that backtracks without end. This bounds time; it is not a sandbox.
import { createContext, Script } from 'node:vm'

const CALL = new Script('work()', { filename: 'budget' })
const slot: { work?: () => unknown } = {}
createContext(slot)

/** The time was over before the work was done. */
export class BudgetExceeded extends Error {}

/** The error belongs to the script's own realm, so it is no `instanceof Error` here. */
const isTimeout = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'

/**
 * Runs synchronous work that must end within `milliseconds` (wall clock). Costs about 0.1 ms by itself.
 * @throws BudgetExceeded; otherwise what the work throws.
 */
export function within<T>(milliseconds: number, work: () => T): T {
  let result: { readonly value: T } | undefined
  slot.work = () => {
    result = { value: work() }
  }
  try {
    CALL.runInContext(slot, { timeout: milliseconds })
  } catch (error) {
    if (isTimeout(error)) throw new BudgetExceeded(`Not done within ${milliseconds} ms.`)
    throw error
  } finally {
    delete slot.work
  }
  return result!.value
}
