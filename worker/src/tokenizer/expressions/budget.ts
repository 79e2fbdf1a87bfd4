// A limit for work that a model's own files decide: regular expressions and templates. V8 ends a script of the `vm` module when its time is
// over, even inside a regular expression that backtracks without end. What counts is the processor's time of this thread: on a busy machine
// the same work takes longer and is no worse for it. This bounds time; it is not a sandbox.
import { readFileSync } from 'node:fs'
import { createContext, Script } from 'node:vm'

const CALL = new Script('work()', { filename: 'budget' })
const slot: { work?: () => unknown } = {}
createContext(slot)

/** How much longer than its budget work may wait for the processor, try by try. */
const PATIENCE = [1, 4, 20]

/** The budget was used up; `busy`: not by the work, the machine gave it no time. */
export class BudgetExceeded extends Error {
  constructor(
    readonly busy: boolean,
    readonly waitedMs: number,
  ) {
    super(`Not done within ${waitedMs} ms.`)
  }
}

/** The error belongs to the script's own realm, so it is no `instanceof Error` here. */
const isTimeout = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'

/** Milliseconds that this thread has had the processor; of the whole process where the system does not count threads. */
function processorMs(): number {
  try {
    return Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ', 1)[0]) / 1e6
  } catch {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1000
  }
}

type Outcome<T> = { readonly value: T } | { readonly usedMs: number }

function attempt<T>(milliseconds: number, work: () => T): Outcome<T> {
  let result: { readonly value: T } | undefined
  slot.work = () => {
    result = { value: work() }
  }
  const before = processorMs()
  try {
    CALL.runInContext(slot, { timeout: milliseconds })
  } catch (error) {
    if (isTimeout(error)) return { usedMs: processorMs() - before }
    throw error
  } finally {
    delete slot.work
  }
  return result!
}

/**
 * Runs synchronous work without side effects that must end within `milliseconds` of the processor's time. Costs about 0.1 ms by itself. Work
 * that was kept waiting is run again, with more patience.
 * @throws BudgetExceeded; otherwise what the work throws.
 */
export function within<T>(milliseconds: number, work: () => T): T {
  // A tenth of tolerance: the timer and the scheduler do not count alike.
  const budget = 0.9 * milliseconds
  for (const patience of PATIENCE) {
    const outcome = attempt(patience * milliseconds, work)
    if ('value' in outcome) return outcome.value
    if (outcome.usedMs >= budget) throw new BudgetExceeded(false, patience * milliseconds)
  }
  throw new BudgetExceeded(true, PATIENCE.at(-1)! * milliseconds)
}
