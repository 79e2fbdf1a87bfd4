// The model around an SAE as a check asks it: activations at its sites, and losses with something else in their place.
import { setImmediate } from 'node:timers/promises'
import type { RunnableModel } from '@mistudio/interp/models'
import type { EvaluationBatch, EvaluationModel } from '@mistudio/interp/saes'
import { withModelErrors } from '../../models/errors.js'

/** Logits of one pass, in floats: 128 MB. */
const LOGIT_FLOATS = 2 ** 25

export interface SitePair {
  readonly input: string
  readonly output: string
  /** Of the output site. */
  readonly width: number
}

export function modelAround(
  model: RunnableModel,
  { input, output, width }: SitePair,
  check: () => void,
): Pick<EvaluationModel, 'activations' | 'losses'> {
  const loss = (batch: EvaluationBatch, value: Float32Array | null): Promise<Float32Array> =>
    withModelErrors(() => model.loss(batch, value ? [{ site: output, kind: 'replace', value }] : []))
  return {
    activations: async (batch) => {
      check()
      const capture = [...new Set([input, output])]
      const { captured } = await withModelErrors(() => model.forward(batch, { capture }))
      return { x: captured[input]!, target: captured[output]! }
    },
    losses: async (batch, replacement) => {
      const rows = Math.max(1, Math.floor(LOGIT_FLOATS / (batch.seq * model.spec.vocabSize)))
      const out = new Float32Array(batch.batch * (batch.seq - 1))
      for (let first = 0; first < batch.batch; first += rows) {
        const count = Math.min(rows, batch.batch - first)
        const [from, to] = [first * batch.seq, (first + count) * batch.seq]
        const part = { tokens: batch.tokens.slice(from, to), batch: count, seq: batch.seq }
        const losses = await loss(part, replacement ? replacement.slice(from * width, to * width) : null)
        out.set(losses, first * (batch.seq - 1))
        check()
        // Lets messages of the supervisor in: forward passes block the event loop.
        await setImmediate()
      }
      return out
    },
  }
}
