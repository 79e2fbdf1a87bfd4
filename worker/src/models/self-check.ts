// What registration says of a model in one line: whether its numbers are finite and whether it predicts plain English at all.
import { AppError, type ParityCheck, type ParityReport, type SelfCheck } from '@mistudio/contracts'

const named = ({ checks }: ParityReport, name: string): ParityCheck => {
  const check = checks.find((candidate) => candidate.name === name)
  if (!check) throw new Error(`The report has no check ${name}.`)
  return check
}

/** Refuses models whose numbers are not finite. @throws AppError `model_invalid`. */
export function requireFinite(report: ParityReport): void {
  const finite = named(report, 'finite values')
  if (finite.pass && named(report, 'next-token loss').figure !== null) return
  const hint = 'The weights may be damaged or need another architecture than config.json says.'
  throw new AppError(
    'model_invalid',
    `The model gives numbers that are not finite on a plain sentence (${finite.detail}) ${hint}`,
  )
}

/** Null when the loss is not a finite number. */
export function selfCheckOf(report: ParityReport, vocabSize: number): SelfCheck | null {
  const loss = named(report, 'next-token loss')
  if (loss.figure === null) return null
  return {
    finite: named(report, 'finite values').pass,
    lossNats: loss.figure,
    tokens: loss.count,
    milliseconds: report.seconds * 1000,
    uniformLossNats: Math.log(vocabSize),
  }
}

/** A warning for models that do no better than guessing. */
export function lossWarnings(check: SelfCheck | null): string[] {
  if (check === null || check.lossNats < check.uniformLossNats) return []
  const { lossNats, uniformLossNats } = check
  return [
    `The loss on a plain English text is ${lossNats.toFixed(2)} nats a token, no better than guessing (${uniformLossNats.toFixed(2)}): an untrained model, another language, or a tokenizer that does not belong to it.`,
  ]
}

/** A warning for checks that failed; the loss has its own. */
export function failureWarnings({ checks }: ParityReport): string[] {
  const failed = checks.filter(({ pass, name }) => !pass && name !== 'next-token loss')
  if (failed.length === 0) return []
  const names = [...new Set(failed.map(({ name }) => name))]
  const shown = names.slice(0, 4).join(', ')
  return [
    `${failed.length} of ${checks.length} parity checks failed: ${shown}${names.length > 4 ? ' …' : ''}. The Parity tab has the figures.`,
  ]
}
