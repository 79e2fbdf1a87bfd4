// The header strip: machine figures (dashes until known), connection, palette, jobs.
import type { LucideIcon } from 'lucide-react'
import Command from 'lucide-react/icons/command'
import Cpu from 'lucide-react/icons/cpu'
import Gpu from 'lucide-react/icons/gpu'
import ListChecks from 'lucide-react/icons/list-checks'
import MemoryStick from 'lucide-react/icons/memory-stick'
import Menu from 'lucide-react/icons/menu'
import Thermometer from 'lucide-react/icons/thermometer'
import { Link } from 'react-router'
import { useActiveJobs } from '../jobs/api.js'
import { useLiveStatus } from '../live/index.js'
import { places } from '../places/index.js'
import { useMachine } from '../rooms/system/store.js'
import { cx, formatBytes, formatClock, IconButton, Tooltip, useNow } from '../ui/index.js'
import { useLayout } from './layout.js'
import { stripFigures } from './strip.js'
import { WorkerSign } from './worker-sign.js'

function Figure({
  icon: Icon,
  label,
  value,
  className,
  iconClass,
}: {
  icon: LucideIcon
  label: string
  value: string
  className?: string
  iconClass: string
}) {
  return (
    <span className={cx('inline-flex items-center gap-1.5', className)} title={label}>
      <Icon className={cx('size-3.5', iconClass)} aria-hidden />
      <span className="sr-only">{label}: </span>
      <span className="text-heading tabular-nums">{value}</span>
    </span>
  )
}

function MachineStrip() {
  const sample = useMachine((s) => s.latest)
  const figures = stripFigures(sample)
  return (
    <Link
      to={places.system()}
      className="hidden h-9 items-center gap-4 rounded-full border border-line bg-tile/60 px-4 text-xs hover:bg-hover md:inline-flex"
    >
      <span className="sr-only">Machine load, opens System. </span>
      <Figure
        icon={Cpu}
        label="CPU, of the whole machine"
        value={figures.cpu}
        iconClass="text-tone-purple"
        className="min-w-14"
      />
      <Figure
        icon={MemoryStick}
        label={`RAM used of ${formatBytes(sample?.memoryTotal)}`}
        value={figures.memory}
        iconClass="text-tone-cyan"
        className="min-w-28"
      />
      {figures.gpu && (
        <Figure icon={Gpu} label="GPU load and memory" value={figures.gpu} iconClass="text-tone-emerald" />
      )}
      <Figure
        icon={Thermometer}
        label="Temperature"
        value={figures.temperature}
        iconClass={figures.hot ? 'text-tone-red' : 'text-tone-amber'}
        className="min-w-12"
      />
    </Link>
  )
}

const CONNECTION = {
  live: { word: 'Live', dot: 'bg-emerald-500', text: 'Connected. Changes appear as they happen.' },
  'catching-up': { word: 'Catching up', dot: 'bg-amber-500', text: 'The live line is being set up again.' },
  offline: { word: 'Offline', dot: 'bg-red-500', text: 'No answer from the server.' },
} as const

function ConnectionDot() {
  const { status, lastContact } = useLiveStatus()
  const look = CONNECTION[status]
  const now = useNow(1000, status !== 'live')
  const age =
    status !== 'live' && lastContact && now - lastContact > 3000
      ? ` What you see is from ${formatClock(lastContact)}.`
      : ''
  return (
    <Tooltip text={look.text + age}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the tooltip must be reachable by keyboard */}
      <span role="status" tabIndex={0} className="inline-flex h-9 items-center gap-2 rounded-lg px-2 text-xs text-body">
        <span className={cx('size-2.5 rounded-full', look.dot)} aria-hidden />
        <span className="hidden sm:inline">{look.word}</span>
        {age && lastContact && <span className="hidden text-muted lg:inline">as of {formatClock(lastContact)}</span>}
      </span>
    </Tooltip>
  )
}

export function Header() {
  const open = useLayout((s) => s.open)
  const active = useActiveJobs()
  const count = active.data?.meta.total ?? 0
  return (
    <header className="sticky top-0 z-30 flex h-14 items-center gap-2 border-b border-line bg-header px-4 backdrop-blur">
      <IconButton icon={Menu} label="Menu" className="md:hidden" onClick={() => open('nav')} />
      <button
        type="button"
        onClick={() => open('palette')}
        className="inline-flex h-9 items-center gap-2 rounded-lg border border-line px-3 text-xs text-muted hover:bg-hover hover:text-heading"
      >
        <Command className="size-3.5" aria-hidden />
        <span className="hidden sm:inline">Go to or find…</span>
        <kbd className="hidden rounded border border-line px-1.5 font-sans lg:inline">Ctrl K</kbd>
      </button>
      <span className="flex-1" />
      <MachineStrip />
      <WorkerSign />
      <ConnectionDot />
      <button
        type="button"
        onClick={() => open('jobs')}
        className="inline-flex h-9 items-center gap-2 rounded-lg px-3 text-sm text-body hover:bg-hover hover:text-heading"
      >
        <ListChecks className="size-4" aria-hidden />
        <span className="hidden sm:inline">Jobs</span>
        {count > 0 && (
          <span className="min-w-5 rounded-full bg-primary px-1.5 text-center text-xs font-semibold text-on-primary tabular-nums">
            {count}
          </span>
        )}
        <span className="sr-only">{active.data ? `${count > 0 ? '' : 'none '}active` : 'not known yet'}</span>
      </button>
    </header>
  )
}
