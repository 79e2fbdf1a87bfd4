// The job's control as an AbortSignal, for work that waits on the network.
import type { Interrupted, JobContext } from '../../runner/context.js'
import { Interruption, outcomeFor } from '../../runner/interruption.js'

const LOOK_EVERY_MS = 50

/** Runs `work`; when the job should not go on, its signal is aborted and the outcome is what the control asks for. */
export async function withControl<T>(
  context: Pick<JobContext<unknown>, 'control'>,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | Interrupted> {
  const controller = new AbortController()
  const look = (): void => {
    const control = context.control()
    // Nothing of a download can be kept in part as a result: `stop` counts as `cancel`.
    const outcome = outcomeFor(control === 'stop' ? 'cancel' : control)
    if (outcome) controller.abort(new Interruption(outcome))
  }
  const timer = setInterval(look, LOOK_EVERY_MS)
  try {
    look()
    controller.signal.throwIfAborted()
    return await work(controller.signal)
  } catch (error) {
    // What breaks after the abort is its consequence.
    const reason: unknown = controller.signal.reason
    if (controller.signal.aborted && reason instanceof Interruption) return reason.outcome
    throw error
  } finally {
    clearInterval(timer)
  }
}
