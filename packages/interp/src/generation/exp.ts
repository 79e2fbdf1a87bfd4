// exp of non-positive numbers, fast enough for a whole vocabulary at every step: a table of exp(-i / 64) and a short series in between.

const STEPS_PER_NAT = 64
const NATS = 64
const TABLE = Float64Array.from({ length: STEPS_PER_NAT * NATS }, (_, i) => Math.exp(-i / STEPS_PER_NAT))

/** exp(-x) for x ≥ 0, relative error below 3e-9; 0 from x = 64 on (1.6e-28); NaN stays NaN. */
export function expMinus(x: number): number {
  const scaled = x * STEPS_PER_NAT
  if (scaled >= TABLE.length) return 0
  const step = scaled | 0
  const rest = (step - scaled) / STEPS_PER_NAT
  return TABLE[step]! * (1 + rest * (1 + rest * (0.5 + rest / 6)))
}
