// How a pipeline leaves the middle of its work when the user or the supervisor wants it to.
import type { Control, Interrupted } from './context.js'

/** Thrown out of nested work and turned into the job's outcome at the top; not a failure. */
export class Interruption extends Error {
  constructor(readonly outcome: Interrupted) {
    super(`interrupted: ${outcome.state}`)
    this.name = 'Interruption'
  }
}

/** The outcome that a control asks for, null for "go on". `stop` is not an interruption: it ends the reading early. */
export function outcomeFor(control: Control): Interrupted | null {
  if (control === 'pause') return { state: 'paused' }
  if (control === 'suspend') return { state: 'suspended' }
  if (control === 'cancel') return { state: 'cancelled' }
  return null
}

/** @throws Interruption when the job should not go on. */
export function checkControl(control: Control): void {
  const outcome = outcomeFor(control)
  if (outcome) throw new Interruption(outcome)
}
