// Regular expressions of a model's own files, judged before they are used. Published ones are known to be harmless; any other is judged by
// counted steps, never by a clock, so that a model opens or does not open alike on every machine, and its use has a time limit all the same.
import { AppError } from '@mistudio/contracts'
import { BudgetExceeded, within } from './budget.js'
import { StepCounter, TooMuchWork } from './expression-work.js'
import { expressionOf, type FileExpression } from './expressions.js'
import { hardTexts } from './hard-texts.js'
import { PUBLISHED } from './published-expressions.js'

const KNOWN: ReadonlySet<string> = new Set(PUBLISHED.map((Regex) => expressionOf({ Regex }).source))

/** Those that are not known. */
export const unknownExpressions = (expressions: readonly FileExpression[]): FileExpression[] =>
  expressions.filter(({ expression }) => !KNOWN.has(expression.source))

/** Work that grows with the square of a run is allowed, as published expressions for trailing space have it; a faster growth is not. */
const allowedSteps = (run: number, atoms: number): number => 8 * run * run + 4 * atoms * run

const shown = (expressions: readonly FileExpression[]): string =>
  expressions.map(({ written }) => written.slice(0, 120)).join('   ')

/** Judgements by the expression's source: they cannot change. */
const judged = new Map<string, AppError | null>()

function judgementOf(file: FileExpression): AppError | null {
  const counter = new StepCounter(file.expression)
  for (const { text, run } of hardTexts(counter.atoms)) {
    try {
      counter.count(text, allowedSteps(run, counter.atoms.length))
    } catch (cause) {
      if (!(cause instanceof TooMuchWork)) throw cause
      const example = JSON.stringify(text.length > 40 ? `${text.slice(0, 32)}…${text.slice(-4)}` : text)
      return new AppError(
        'tokenizer_invalid',
        `A regular expression of tokenizer.json takes too long: ${shown([file])}. On a text of ${text.length} characters such as ${example} its work grows faster than with the square of the length; repetition inside repetition is the usual reason.`,
        undefined,
        { cause },
      )
    }
  }
  return null
}

/** @throws AppError `tokenizer_invalid` naming an expression that backtracks without end, and on what. */
export function requireBoundedWork(expressions: readonly FileExpression[]): void {
  for (const file of expressions) {
    const { source } = file.expression
    if (!judged.has(source)) judged.set(source, judgementOf(file))
    const problem = judged.get(source)
    if (problem) throw problem
  }
}

/** Runs an encoding that uses unknown expressions within 5 s of the processor's time and 1 s for every 100,000 characters. */
export function encodeWithin<T>(expressions: readonly FileExpression[], length: number, work: () => T): T {
  const seconds = 5 + Math.ceil(length / 100_000)
  try {
    return within(1000 * seconds, work)
  } catch (cause) {
    if (!(cause instanceof BudgetExceeded)) throw cause
    const reason = cause.busy
      ? `The machine is too busy: ${Math.round(cause.waitedMs / 1000)} s were not enough for a text of ${length} characters. Try again when it is free.`
      : `A regular expression of tokenizer.json takes too long (more than ${seconds} s of processor time for a text of ${length} characters): ${shown(expressions)}.`
    throw new AppError(cause.busy ? 'unavailable' : 'tokenizer_invalid', reason, undefined, { cause })
  }
}
