// By what the final norm divides, on the first contexts of an extraction: a direction's effect on the logits is known up to that.
import { type OutputScale, outputScale } from '@mistudio/interp/features'
import { type RunnableModel } from '@mistudio/interp/models'
import type { ContextSource } from './pass.js'

const SITE = 'ln_final.hook_scale'
/** Enough for a mean and its spread; a few passes. */
const TOKENS = 4096

/** null where the model does not give the divisor (exports, models without a final norm). `order`: contexts in the order of reading. */
export async function measureOutputScale(
  model: RunnableModel,
  source: ContextSource,
  order: Uint32Array,
  excludedToken: number | null,
): Promise<OutputScale | null> {
  if (!model.sites.some(({ name }) => name === SITE)) return null
  const { contextSize: seq } = source
  const divisors: number[] = []
  for (const context of order.slice(0, Math.ceil(TOKENS / seq))) {
    const tokens = Int32Array.from(source.tokens(context))
    const found = await model.capture({ tokens, batch: 1, seq }, SITE)
    found.forEach((divisor, position) => {
      if (tokens[position] !== excludedToken) divisors.push(divisor)
    })
  }
  return outputScale(divisors)
}
