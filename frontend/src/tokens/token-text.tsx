// Tokens joined as the text they are, each tinted by its activation. The peak has a ring. A text over several lines tells the value of a
// token on hover and by keyboard; one line, of which a page has many, on hover only.
import type { CSSProperties, ReactNode } from 'react'
import { cx } from '../ui/index.js'
import { ReadableTokens } from './readable-tokens.js'
import { activationText, onOneLine, STRONG_FROM, type TintedToken } from './tokens.js'

const colorOf = ({ alpha }: TintedToken): string | undefined =>
  alpha > 0 ? `rgb(16 185 129 / ${alpha.toFixed(3)})` : undefined

const style = (token: TintedToken): CSSProperties | undefined => {
  const backgroundColor = colorOf(token)
  return backgroundColor ? { backgroundColor } : undefined
}

const classOf = ({ alpha, isPeak }: TintedToken): string =>
  cx(alpha >= STRONG_FROM && 'dark:text-white', isPeak && 'font-semibold ring-1 ring-tone-emerald')

interface Props {
  tokens: readonly TintedToken[]
  /** One line: newlines become marks. Otherwise a mark is followed by a real line break. */
  line?: boolean
  /** Newlines are marks without a break: for short pieces in a list. */
  flow?: boolean
  /** More for the tooltip of a token. */
  note?: (index: number) => ReactNode
  className?: string
}

export function TokenText({ tokens, line = false, flow = false, note, className }: Props) {
  if (line) return <Line tokens={tokens} {...(className ? { className } : {})} />
  return (
    <ReadableTokens
      label="Tokens with their activations"
      tokens={tokens.map((token) => ({
        text: token.text.replace(/\r?\n/g, flow ? '⏎' : '⏎\n'),
        color: colorOf(token),
        className: classOf(token),
      }))}
      detail={(at) => <Detail token={tokens[at]} note={note} />}
      {...(className ? { className } : {})}
    />
  )
}

function Detail({ token, note }: { token: TintedToken | undefined; note: Props['note'] }) {
  if (!token) return null
  return (
    <>
      <p className="tabular-nums">activation {activationText(token.value)}</p>
      {note && <div className="text-body">{note(token.index)}</div>}
    </>
  )
}

function Line({ tokens, className }: { tokens: readonly TintedToken[]; className?: string }) {
  return (
    <span className={cx('font-mono text-[13px] text-heading whitespace-pre', className)}>
      {tokens.map((token) => (
        <span
          key={token.index}
          title={activationText(token.value)}
          className={cx('rounded-[3px]', classOf(token))}
          style={style(token)}
        >
          {onOneLine(token.text)}
        </span>
      ))}
    </span>
  )
}
