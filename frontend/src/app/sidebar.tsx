// The sidebar: rooms in groups, settings and theme at the foot. Folds to icons below 1280 px or by choice.
import Moon from 'lucide-react/icons/moon'
import PanelLeftClose from 'lucide-react/icons/panel-left-close'
import PanelLeftOpen from 'lucide-react/icons/panel-left-open'
import Sun from 'lucide-react/icons/sun'
import { NavLink } from 'react-router'
import type { RoomLine } from '../kit/index.js'
import { places } from '../places/index.js'
import { cx, IconButton, useTheme } from '../ui/index.js'
import { useLayout } from './layout.js'
import { FOOT, GROUPS } from './nav.js'

interface SidebarProps {
  folded: boolean
  version: string | null
  /** In the drawer of narrow screens: no fold button, a click closes it. */
  onNavigate?: () => void
}

function RoomLink({
  room,
  folded,
  onNavigate,
}: {
  room: RoomLine
  folded: boolean
  onNavigate?: (() => void) | undefined
}) {
  const Icon = room.icon
  return (
    <NavLink
      to={room.path}
      end={room.path === places.home()}
      title={folded ? room.label : undefined}
      onClick={onNavigate}
      className={({ isActive }) =>
        cx(
          'flex h-10 items-center gap-3 rounded-lg text-sm transition-colors duration-150',
          folded ? 'justify-center' : 'px-3',
          isActive ? 'bg-tone-emerald/10 font-medium text-tone-emerald' : 'text-body hover:bg-hover hover:text-heading',
        )
      }
    >
      <Icon className="size-5 shrink-0" aria-hidden />
      <span className={folded ? 'sr-only' : ''}>{room.label}</span>
    </NavLink>
  )
}

function ThemeButton() {
  const { resolved, choose } = useTheme()
  return resolved === 'dark' ? (
    <IconButton icon={Sun} label="Light theme" onClick={() => choose('light')} />
  ) : (
    <IconButton icon={Moon} label="Dark theme" onClick={() => choose('dark')} />
  )
}

export function Sidebar({ folded, version, onNavigate }: SidebarProps) {
  const toggle = useLayout((s) => s.toggleFolded)
  return (
    <div className="flex h-full flex-col">
      <div className={cx('flex h-14 shrink-0 items-center gap-3', folded ? 'justify-center' : 'px-4')}>
        <img src="/logo.svg" alt="" className="size-8 rounded-lg" />
        {!folded && (
          <div className="min-w-0 leading-tight">
            <p className="font-semibold text-heading">miStudio</p>
            <p className="truncate text-[11px] text-muted">MechInterp Studio</p>
          </div>
        )}
      </div>
      <nav
        aria-label="Rooms"
        className={cx('min-h-0 flex-1 overflow-y-auto px-3 pb-4', folded && '[scrollbar-width:none]')}
      >
        {GROUPS.map((group) => (
          <div
            key={group.label ?? 'top'}
            className={folded ? 'mt-1 border-t border-line pt-1 first:border-0' : 'mt-3 first:mt-1'}
          >
            {group.label && !folded && (
              <p className="mb-1 px-3 text-[11px] font-medium tracking-wider text-muted uppercase">{group.label}</p>
            )}
            {group.rooms.map((room) => (
              <RoomLink key={room.path} room={room} folded={folded} onNavigate={onNavigate} />
            ))}
          </div>
        ))}
      </nav>
      <div className={cx('shrink-0 border-t border-line p-3', folded && 'flex flex-col items-center gap-1')}>
        {FOOT.map((room) => (
          <RoomLink key={room.path} room={room} folded={folded} onNavigate={onNavigate} />
        ))}
        <div className={cx('mt-1 flex items-center', folded ? 'flex-col gap-1' : 'justify-between pl-3')}>
          {!folded && <span className="font-mono text-[11px] text-muted">{version ? `v${version}` : ''}</span>}
          <span className={cx('flex', folded && 'flex-col')}>
            <ThemeButton />
            {!onNavigate && (
              <span className="hidden xl:block">
                <IconButton
                  icon={folded ? PanelLeftOpen : PanelLeftClose}
                  label={folded ? 'Unfold sidebar' : 'Fold sidebar'}
                  onClick={toggle}
                />
              </span>
            )}
          </span>
        </div>
      </div>
    </div>
  )
}
