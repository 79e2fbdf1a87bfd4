// Tokens per second by stage since the last report, and memory. Figures of the machine: the only ones that a replayed step does not repeat.
import type { MetricValues } from '@mistudio/contracts'
import type { Member } from '../members/member.js'
import type { ActivationSource } from '../stream/harvest.js'
import { finite } from './figures.js'

export class Speeds {
  private at = performance.now()
  private harvested = { tokens: 0, seconds: 0 }
  private readonly stepSeconds = new Map<Member, number>()

  constructor(
    private readonly source: Pick<ActivationSource, 'tokens' | 'seconds'>,
    private step: number,
  ) {}

  /** Figures for a report at `step`. The harvest has none when nothing was read into the interval. */
  of(member: Member, step: number, batchSize: number): MetricValues {
    const tokens = (step - this.step) * batchSize
    const seconds = (performance.now() - this.at) / 1000
    const harvested = this.source.tokens - this.harvested.tokens
    const own = member.stepSeconds - (this.stepSeconds.get(member) ?? 0)
    this.stepSeconds.set(member, member.stepSeconds)
    return {
      tokens_per_second: finite(tokens / seconds),
      step_tokens_per_second: finite(tokens / own),
      memory_mib: process.memoryUsage.rss() / 2 ** 20,
      ...(harvested > 0
        ? { harvest_tokens_per_second: finite(harvested / (this.source.seconds - this.harvested.seconds)) }
        : {}),
    }
  }

  /** Begins the next interval. */
  next(step: number): void {
    this.step = step
    this.at = performance.now()
    this.harvested = { tokens: this.source.tokens, seconds: this.source.seconds }
  }
}
