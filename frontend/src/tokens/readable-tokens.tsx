// Tokens as text whose details can be read by mouse and by keyboard: one stop of the Tab key for the text, arrow keys from token to token,
// a bubble with what the caller tells of the token under the pointer or in focus.
import { type CSSProperties, type KeyboardEvent, type ReactNode, useId, useRef, useState } from 'react'
import { createPortal } from 'react-dom'
import { cx } from '../ui/index.js'
import { visibleToken } from './tokens.js'

export interface ReadableToken {
  readonly text: string
  /** Background of the token; default none. */
  readonly color?: string | undefined
  readonly className?: string | undefined
}

interface Props {
  tokens: readonly ReadableToken[]
  /** What the bubble tells of a token; null for tokens without details. */
  detail(index: number): ReactNode
  label: string
  className?: string
}

interface Shown {
  index: number
  box: DOMRect
}

/** Where an arrow key leads; null for other keys. */
const next = (key: string, at: number, last: number): number | null => {
  if (key === 'ArrowRight' || key === 'ArrowDown') return Math.min(last, at + 1)
  if (key === 'ArrowLeft' || key === 'ArrowUp') return Math.max(0, at - 1)
  if (key === 'Home') return 0
  return key === 'End' ? last : null
}

export function ReadableTokens({ tokens, detail, label, className }: Props) {
  const id = useId()
  const list = useRef<HTMLSpanElement>(null)
  const [active, setActive] = useState(0)
  const [shown, setShown] = useState<Shown | null>(null)
  const at = Math.min(active, Math.max(0, tokens.length - 1))
  const show = (index: number, element: HTMLElement) => setShown({ index, box: element.getBoundingClientRect() })
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') setShown(null)
    const to = next(event.key, at, tokens.length - 1)
    if (to === null) return
    event.preventDefault()
    setActive(to)
    list.current?.querySelectorAll<HTMLElement>('[data-token]')[to]?.focus()
  }
  const content = shown ? detail(shown.index) : null
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms; this is a text whose tokens can be walked through
    <span
      ref={list}
      role="group"
      aria-label={`${label}. Arrow keys move from token to token.`}
      onKeyDown={onKeyDown}
      onMouseLeave={() => setShown(null)}
      className={cx('font-mono text-[13px] leading-6 whitespace-pre-wrap wrap-anywhere text-heading', className)}
    >
      {tokens.map((token, index) => (
        // biome-ignore lint/a11y/noStaticElementInteractions: shows details on hover and focus, has no action
        <span
          // biome-ignore lint/suspicious/noArrayIndexKey: tokens of a finished text never change place
          key={index}
          data-token
          tabIndex={index === at ? 0 : -1}
          aria-describedby={shown?.index === index && content ? id : undefined}
          onMouseEnter={(event) => show(index, event.currentTarget)}
          onFocus={(event) => {
            setActive(index)
            if (event.currentTarget.matches(':focus-visible')) show(index, event.currentTarget)
          }}
          onBlur={() => setShown(null)}
          className={cx('rounded-[3px]', token.className)}
          style={token.color ? ({ backgroundColor: token.color } satisfies CSSProperties) : undefined}
        >
          {token.text === '' ? <span className="sr-only">{visibleToken('')}</span> : token.text}
        </span>
      ))}
      {shown && content && (
        <Bubble id={id} box={shown.box}>
          {content}
        </Bubble>
      )}
    </span>
  )
}

const HALF_WIDTH = 150

function Bubble({ id, box, children }: { id: string; box: DOMRect; children: ReactNode }) {
  const below = box.top < 220
  const left = Math.min(Math.max(box.left + box.width / 2, HALF_WIDTH), window.innerWidth - HALF_WIDTH)
  return createPortal(
    <div
      id={id}
      role="tooltip"
      style={{
        left,
        top: below ? box.bottom + 6 : box.top - 6,
        transform: `translate(-50%, ${below ? '0' : '-100%'})`,
      }}
      className="pointer-events-none fixed z-70 w-max max-w-72 rounded-md border border-line-strong bg-modal px-3 py-2 text-xs text-heading shadow-lg"
    >
      {children}
    </div>,
    document.body,
  )
}
