// The curves of one training: the stored snapshot and the live tail in one place, each step once and in order. No React.
import { type JobEvent, MetricsPayloadSchema, type TrainingMetrics } from '@mistudio/contracts'

export interface Curve {
  readonly steps: number[]
  readonly values: (number | null)[]
}

export class MetricStore {
  private readonly curves = new Map<string, Curve & { seen: Set<number> }>()

  /**
   * @param runId The training whose metrics these are.
   * @param groupId Subject of its job: what events of the job name no run for.
   */
  constructor(
    private readonly runId: string,
    private readonly groupId: string,
  ) {}

  /** Takes a snapshot; steps already here stay as they are. */
  load({ series }: TrainingMetrics): void {
    for (const [key, { steps, values }] of Object.entries(series))
      for (const [i, step] of steps.entries()) this.put(key, step, values[i] ?? null)
  }

  /** Takes job events; those that are no metrics are left alone. Returns whether anything was new. */
  push(events: readonly JobEvent[]): boolean {
    let fresh = false
    for (const event of events) {
      if (event.type !== 'metrics') continue
      const { step, values, runId = this.groupId } = MetricsPayloadSchema.parse(event.payload)
      if (runId !== this.runId) continue
      for (const [key, value] of Object.entries(values)) fresh = this.put(key, step, value) || fresh
    }
    return fresh
  }

  /** Curves as they are now. Objects are new with every call, so that a changed view is noticed. */
  view(): Record<string, Curve> {
    return Object.fromEntries([...this.curves].map(([key, { steps, values }]) => [key, { steps, values }]))
  }

  /** The first value of a step counts, as in the database: a run that went back to a checkpoint repeats steps. */
  private put(key: string, step: number, value: number | null): boolean {
    let curve = this.curves.get(key)
    if (!curve) {
      curve = { steps: [], values: [], seen: new Set() }
      this.curves.set(key, curve)
    }
    if (curve.seen.has(step)) return false
    curve.seen.add(step)
    let at = curve.steps.length
    while (at > 0 && (curve.steps[at - 1] as number) > step) at -= 1
    curve.steps.splice(at, 0, step)
    curve.values.splice(at, 0, value)
    return true
  }
}
