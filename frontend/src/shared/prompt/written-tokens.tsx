// A finished text token by token: each tells how likely it was and what else could have stood there.
import type { Completion } from '@mistudio/contracts'
import { type ReadableToken, ReadableTokens, visibleToken } from '../../tokens/index.js'
import { formatPercent } from '../../ui/index.js'

interface Props {
  completion: Completion
  /** Background per token of prompt and completion; default none. */
  colors?: readonly (string | undefined)[]
  /** More lines for the bubble of a token. */
  note?: (index: number) => string
}

export function WrittenTokens({ completion, colors, note }: Props) {
  const tokens = completion.tokens.map(
    ({ text }, index): ReadableToken => ({
      text,
      color: colors?.[index],
      className: index < completion.promptTokens ? 'text-muted' : 'text-heading',
    }),
  )
  return (
    <ReadableTokens
      label="The text by tokens"
      tokens={tokens}
      detail={(index) => <Detail completion={completion} index={index} more={note?.(index)} />}
    />
  )
}

function Detail({ completion, index, more }: { completion: Completion; index: number; more: string | undefined }) {
  const token = completion.tokens[index]
  const step = index - completion.promptTokens
  const logprob = completion.logprobs[step]
  const alternatives = completion.alternatives[step] ?? []
  return (
    <>
      <p className="font-mono">{visibleToken(token?.text ?? '')}</p>
      {more && <p className="text-body">{more}</p>}
      {step < 0 && <p className="text-muted">prompt</p>}
      {logprob !== undefined && (
        <p className="text-body tabular-nums">
          probability {formatPercent(Math.exp(logprob))} · log probability {logprob.toFixed(2).replace('-', '−')} nats
        </p>
      )}
      {alternatives.length > 0 && (
        <table className="mt-1.5 w-full tabular-nums">
          <caption className="sr-only">The likeliest tokens at this place</caption>
          <tbody>
            {alternatives.map((one) => (
              <tr key={one.id} className={one.id === token?.id ? 'font-semibold text-tone-emerald' : undefined}>
                <td className="pr-4 font-mono">{visibleToken(one.text)}</td>
                <td className="text-right">{formatPercent(Math.exp(one.logprob))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  )
}
