// Harvesting: activations of whole contexts at the site, a few contexts per forward pass.
import { setImmediate } from 'node:timers/promises'
import type { TokenReader } from '@mistudio/formats'
import type { LanguageModel } from '@mistudio/interp'
import { withModelErrors } from '../models/errors.js'
import { contextsPerPass } from '../models/passes.js'

/** Token ids [contexts · contextSize] of contexts in any order. */
export function readContexts(tokens: TokenReader, contexts: ArrayLike<number>): Int32Array {
  const size = tokens.contextSize
  const out = new Int32Array(contexts.length * size)
  for (let i = 0; i < contexts.length; i++) out.set(tokens.read(contexts[i]!, 1), i * size)
  return out
}

export class Harvester {
  /** Tokens harvested and seconds spent, for the rate. */
  tokens = 0
  seconds = 0

  constructor(
    private readonly model: LanguageModel,
    private readonly reader: TokenReader,
    private readonly site: string,
    private readonly dIn: number,
    /** Called between forward passes; throws to end the harvest. */
    private readonly check: () => void,
  ) {}

  /** Activations [contexts · contextSize, d_in]. */
  async harvest(contexts: Uint32Array): Promise<Float32Array> {
    const size = this.reader.contextSize
    const out = new Float32Array(contexts.length * size * this.dIn)
    const step = contextsPerPass(size)
    for (let first = 0; first < contexts.length; first += step) {
      this.check()
      const began = performance.now()
      const part = contexts.subarray(first, first + step)
      const batch = { tokens: readContexts(this.reader, part), batch: part.length, seq: size }
      out.set(await withModelErrors(() => this.model.capture(batch, this.site)), first * size * this.dIn)
      this.tokens += part.length * size
      this.seconds += (performance.now() - began) / 1000
      // Lets messages of the supervisor in: forward passes block the event loop.
      await setImmediate()
    }
    return out
  }
}
