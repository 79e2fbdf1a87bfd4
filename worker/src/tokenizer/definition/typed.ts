// Faults of a tokenizer.json that show only when it is used: whatever a part or the library throws at them becomes a refusal.
import { AppError } from '@mistudio/contracts'

const MAX_REASON = 300

/** Runs `work`; an error without a code of ours comes out as `tokenizer_invalid`, its text cut. `what` is what could not be done. */
export function typed<T>(what: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new AppError(
      'tokenizer_invalid',
      `tokenizer.json is damaged: ${what} failed (${reason.slice(0, MAX_REASON)}). Save the tokenizer again.`,
      undefined,
      { cause },
    )
  }
}
