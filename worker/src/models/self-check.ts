// The forward self-check at registration: does the model run, are its numbers finite, and does it predict plain English at all.
import { AppError, type SelfCheck } from '@mistudio/contracts'
import type { LanguageModel } from '@mistudio/interp'

/** Plain sentences of ours, so that losses of different models are comparable in kind (not in value: vocabularies differ). */
export const SAMPLE_TEXT = `Once upon a time there was a small boat on a quiet lake. Every morning a girl named Anna came to the water and \
looked for it. One day the boat was gone. Anna asked the fisherman, but he had not seen it. She walked around the lake and found the boat \
between the reeds, where the wind had pushed it in the night. "There you are," she said, and she was very happy. She pulled the boat back to \
the shore and tied it to a tree with a long rope. Then she went home and told her mother what had happened. Her mother smiled and gave her a \
warm cup of milk. The next day it rained, but the boat was still there.`

const CHECKED_TOKENS = 256
const CHECKED_LOGITS = 32

/**
 * Runs the model on the first tokens of the sample text.
 * @throws AppError `model_invalid` when logits or losses are not finite.
 */
export async function selfCheck(model: LanguageModel, tokens: Int32Array): Promise<SelfCheck> {
  const started = performance.now()
  const text = tokens.slice(0, Math.min(CHECKED_TOKENS, model.contextLimit))
  const losses = await model.loss({ tokens: text, batch: 1, seq: text.length })
  const start = text.slice(0, CHECKED_LOGITS)
  const logits = await model.logits({ tokens: start, batch: 1, seq: start.length })
  if (!losses.every(Number.isFinite) || !logits.every(Number.isFinite)) {
    const hint = 'The weights may be damaged or need another architecture than config.json says.'
    throw new AppError('model_invalid', `The model gives numbers that are not finite on a plain sentence. ${hint}`)
  }
  return {
    finite: true,
    lossNats: losses.reduce((sum, loss) => sum + loss, 0) / losses.length,
    tokens: losses.length,
    milliseconds: performance.now() - started,
    uniformLossNats: Math.log(model.spec.vocabSize),
  }
}

/** A warning for models that do no better than guessing. */
export function lossWarnings({ lossNats, uniformLossNats }: SelfCheck): string[] {
  if (lossNats < uniformLossNats) return []
  return [
    `The loss on a plain English text is ${lossNats.toFixed(2)} nats a token, no better than guessing (${uniformLossNats.toFixed(2)}): an untrained model, another language, or a tokenizer that does not belong to it.`,
  ]
}
