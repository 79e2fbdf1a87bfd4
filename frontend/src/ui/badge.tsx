// Badges. StatusBadge shows the state of a job or a subject as icon and word, so that colour is never the only sign.
import type { JobState } from '@mistudio/contracts'
import type { LucideIcon } from 'lucide-react'
import Ban from 'lucide-react/icons/ban'
import CircleAlert from 'lucide-react/icons/circle-alert'
import CircleCheck from 'lucide-react/icons/circle-check'
import CirclePause from 'lucide-react/icons/circle-pause'
import Clock from 'lucide-react/icons/clock'
import LoaderCircle from 'lucide-react/icons/loader-circle'
import TriangleAlert from 'lucide-react/icons/triangle-alert'
import type { ReactNode } from 'react'
import { cx, TONE_SOFT, TONE_TEXT, type Tone } from './tones.js'

interface BadgeProps {
  tone?: Tone
  icon?: LucideIcon
  iconClassName?: string | undefined
  className?: string
  children: ReactNode
}

export function Badge({ tone = 'slate', icon: Icon, iconClassName, className, children }: BadgeProps) {
  return (
    <span
      className={cx(
        'inline-flex items-center gap-1.5 rounded-full border px-2.5 py-0.5 text-xs font-medium whitespace-nowrap',
        TONE_SOFT[tone],
        TONE_TEXT[tone],
        className,
      )}
    >
      {Icon && <Icon className={cx('size-3.5', iconClassName)} aria-hidden />}
      {children}
    </span>
  )
}

export type Status = JobState | 'ready' | 'importing'

interface StatusLook {
  word: string
  tone: Tone
  icon: LucideIcon
}

export const STATUS: Record<Status, StatusLook> = {
  queued: { word: 'Queued', tone: 'slate', icon: Clock },
  running: { word: 'Running', tone: 'emerald', icon: LoaderCircle },
  importing: { word: 'Importing', tone: 'blue', icon: LoaderCircle },
  paused: { word: 'Paused', tone: 'amber', icon: CirclePause },
  completed: { word: 'Completed', tone: 'emerald', icon: CircleCheck },
  completed_with_errors: { word: 'Completed with failures', tone: 'amber', icon: TriangleAlert },
  ready: { word: 'Ready', tone: 'emerald', icon: CircleCheck },
  failed: { word: 'Failed', tone: 'red', icon: CircleAlert },
  cancelled: { word: 'Cancelled', tone: 'slate', icon: Ban },
}

/** A job that did all it was asked for, with something to say about the result. */
const WARNED: StatusLook = { word: 'Completed, with a warning', tone: 'amber', icon: TriangleAlert }

/** `warned`: what a completed job made is not as good as it should be. */
export function StatusBadge({ status, word, warned }: { status: Status; word?: string; warned?: boolean }) {
  const look = warned && status === 'completed' ? WARNED : STATUS[status]
  const spins = status === 'running' || status === 'importing'
  return (
    <Badge tone={look.tone} icon={look.icon} iconClassName={spins ? 'animate-spin' : undefined}>
      {word ?? look.word}
    </Badge>
  )
}
