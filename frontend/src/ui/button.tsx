// Buttons. A disabled button says why (tooltip and, if asked, beside it); a busy one keeps its width and cannot be pressed twice.
import type { LucideIcon } from 'lucide-react'
import LoaderCircle from 'lucide-react/icons/loader-circle'
import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react'
import { Link, type To } from 'react-router'
import { cx } from './tones.js'
import { Tooltip } from './tooltip.js'

type ButtonKind = 'primary' | 'secondary' | 'danger' | 'ghost' | 'info'

const KINDS: Record<ButtonKind, string> = {
  primary: 'bg-primary text-on-primary hover:bg-primary-hover font-semibold',
  secondary: 'bg-secondary text-on-secondary hover:bg-secondary-hover',
  danger: 'bg-red-600 text-white hover:bg-red-700',
  ghost: 'text-body hover:bg-hover hover:text-heading',
  info: 'bg-blue-600 text-white hover:bg-blue-700',
}
const DISABLED = 'cursor-not-allowed border border-dashed border-line-strong bg-tile text-muted'
const BASE =
  'inline-flex items-center justify-center gap-2 rounded-lg text-sm font-medium whitespace-nowrap transition-colors duration-150'
const SIZES = { md: 'h-9 px-4', sm: 'h-8 px-3 text-[13px]' }

export interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'disabled'> {
  kind?: ButtonKind
  size?: 'md' | 'sm'
  icon?: LucideIcon
  busy?: boolean
  /** Why it cannot be pressed now; a reason disables the button. */
  disabledReason?: string | null | undefined
  /** Also print the reason under the button. */
  showReason?: boolean
  ref?: Ref<HTMLButtonElement>
  children?: ReactNode
}

export function Button({
  kind = 'secondary',
  size = 'md',
  icon: Icon,
  busy = false,
  disabledReason,
  showReason = false,
  className,
  children,
  onClick,
  type = 'button',
  ...rest
}: ButtonProps) {
  const blocked = busy || Boolean(disabledReason)
  // aria-disabled instead of disabled: the button stays reachable, so the reason can be read by keyboard.
  const button = (
    <button
      {...rest}
      type={type}
      aria-disabled={blocked || undefined}
      aria-busy={busy || undefined}
      onClick={blocked ? (event) => event.preventDefault() : onClick}
      className={cx(BASE, SIZES[size], disabledReason ? DISABLED : KINDS[kind], busy && 'cursor-progress', className)}
    >
      {busy ? (
        <LoaderCircle className="size-4 shrink-0 animate-spin" aria-hidden />
      ) : (
        Icon && <Icon className="size-4 shrink-0" aria-hidden />
      )}
      {children}
    </button>
  )
  if (!disabledReason) return button
  if (!showReason) return <Tooltip text={disabledReason}>{button}</Tooltip>
  return (
    <span className="inline-flex flex-wrap items-center gap-3">
      {button}
      <span className="text-xs text-tone-amber">{disabledReason}</span>
    </span>
  )
}

interface LinkButtonProps {
  to: To
  kind?: ButtonKind
  size?: 'md' | 'sm'
  icon?: LucideIcon
  className?: string
  children: ReactNode
}

/** A link that looks like a button: for going somewhere. */
export function LinkButton({ to, kind = 'secondary', size = 'md', icon: Icon, className, children }: LinkButtonProps) {
  return (
    <Link to={to} className={cx(BASE, SIZES[size], KINDS[kind], className)}>
      {Icon && <Icon className="size-4 shrink-0" aria-hidden />}
      {children}
    </Link>
  )
}

interface IconButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'disabled'> {
  icon: LucideIcon
  /** What it does, for screen readers and the tooltip. */
  label: string
  tone?: 'plain' | 'danger'
  disabledReason?: string | null | undefined
  busy?: boolean
  /** On/off buttons: pressed state. */
  pressed?: boolean
  iconClassName?: string
}

export function IconButton({
  icon: Icon,
  label,
  tone = 'plain',
  disabledReason,
  busy = false,
  pressed,
  iconClassName,
  className,
  onClick,
  ...rest
}: IconButtonProps) {
  const blocked = busy || Boolean(disabledReason)
  return (
    <Tooltip text={disabledReason ?? label}>
      <button
        {...rest}
        type="button"
        aria-label={label}
        aria-disabled={blocked || undefined}
        aria-pressed={pressed}
        onClick={blocked ? (event) => event.preventDefault() : onClick}
        className={cx(
          'inline-flex size-9 items-center justify-center rounded-lg transition-colors duration-150',
          blocked ? 'cursor-not-allowed text-muted' : 'text-body hover:bg-hover',
          !blocked && (tone === 'danger' ? 'hover:text-tone-red' : 'hover:text-heading'),
          className,
        )}
      >
        {busy ? (
          <LoaderCircle className="size-4 animate-spin" aria-hidden />
        ) : (
          <Icon className={cx('size-4', iconClassName)} aria-hidden />
        )}
      </button>
    </Tooltip>
  )
}
