// Tokens joined as the text they are, each tinted by its activation. The peak has a ring; hovering a token tells its value.
import type { CSSProperties } from 'react'
import { cx } from '../ui/index.js'
import { activationText, onOneLine, STRONG_FROM, type TintedToken } from './tokens.js'

const style = ({ alpha }: TintedToken): CSSProperties | undefined =>
  alpha > 0 ? { backgroundColor: `rgb(16 185 129 / ${alpha.toFixed(3)})` } : undefined

interface Props {
  tokens: readonly TintedToken[]
  /** One line: newlines become marks. Otherwise a mark is followed by a real line break. */
  line?: boolean
  /** More for the tooltip of a token. */
  note?: (index: number) => string
  className?: string
}

export function TokenText({ tokens, line = false, note, className }: Props) {
  return (
    <span
      className={cx(
        'font-mono text-[13px] text-heading',
        line ? 'whitespace-pre' : 'whitespace-pre-wrap wrap-anywhere',
        className,
      )}
    >
      {tokens.map((token) => (
        <span
          key={token.index}
          title={`${activationText(token.value)}${note ? `\n${note(token.index)}` : ''}`}
          data-peak={token.isPeak || undefined}
          className={cx(
            'rounded-[3px]',
            token.alpha >= STRONG_FROM && 'dark:text-white',
            token.isPeak && 'font-semibold ring-1 ring-tone-emerald',
          )}
          style={style(token)}
        >
          {line ? onOneLine(token.text) : token.text.replace(/\r?\n/g, '⏎\n')}
        </span>
      ))}
    </span>
  )
}
