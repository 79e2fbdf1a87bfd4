// Lines of the `verify` commands: one per check, then a sum. Knows nothing of what is checked.

/** One comparison of a figure of ours with a reference. */
export interface Check {
  /** Case it belongs to, as a folder name: `train/topk_rescale`. */
  readonly case: string
  /** What was compared: `step0.grad.W_dec`. */
  readonly check: string
  /** Measured difference, in the unit of the tolerance. */
  readonly figure: number
  /** Largest difference that passes. */
  readonly tolerance: number
  readonly pass: boolean
  /** Why it failed, or what the figure is. */
  readonly detail?: string
}

/** `PASS  train/topk_rescale  step0.grad.W_dec  1.2e-7  <= 5.0e-5`. */
export function checkLine({ case: name, check, figure, tolerance, pass, detail }: Check): string {
  const comparison = `${number(figure)} ${pass ? '<=' : 'not <='} ${number(tolerance)}`
  return [pass ? 'PASS' : 'FAIL', name, check, comparison, ...(detail ? [detail] : [])].join('  ')
}

const number = (value: number): string =>
  Number.isInteger(value) && Math.abs(value) < 1e6 ? String(value) : value.toExponential(2)

/**
 * Prints every check as it comes, last `N passed, N failed`. Returns the exit status: 0 when there was at least one check and all passed.
 */
export async function printChecks(
  checks: Iterable<Check> | AsyncIterable<Check>,
  write: (line: string) => void = (line) => process.stdout.write(`${line}\n`),
): Promise<number> {
  let [passed, failed] = [0, 0]
  for await (const check of checks) {
    if (check.pass) passed++
    else failed++
    write(checkLine(check))
  }
  write(`${passed} passed, ${failed} failed`)
  return failed === 0 && passed > 0 ? 0 : 1
}
