// The frame around every room: session check, sidebar, header, layers (drawers, palette, shortcuts), live connection.
import { AppError } from '@mistudio/contracts'
import { useEffect } from 'react'
import { Navigate, Outlet, ScrollRestoration, useLocation, useNavigation } from 'react-router'
import { useRead } from '../data/index.js'
import { JobsDrawer } from '../jobs/view/jobs-drawer.js'
import { openSocket, useLiveStatus, watchServer } from '../live/index.js'
import { places } from '../places/index.js'
import { useMachineFeed } from '../rooms/system/store.js'
import { cx, Dialog, ErrorState, Toasts } from '../ui/index.js'
import { Header } from './header.js'
import { useLayout } from './layout.js'
import { NoAnswer } from './no-answer.js'
import { PageFallback } from './page-fallback.js'
import { Palette } from './palette.js'
import { ShortcutSheet, useShellHotkeys } from './shortcuts.js'
import { Sidebar } from './sidebar.js'

const NO_ANSWER = new AppError('unavailable', 'The server does not answer.')

export function Shell() {
  const me = useRead('me', {}, { staleTime: 60_000, refetchInterval: (q) => (q.state.error ? 3000 : false) })
  useEffect(watchServer, [])
  const session = useLiveStatus((s) => s.session)
  const offline = useLiveStatus((s) => s.status === 'offline')
  const lastContact = useLiveStatus((s) => s.lastContact)
  const location = useLocation()
  if (me.data?.authenticated === false || session === 'out')
    return <Navigate to={places.login()} replace state={{ from: location.pathname + location.search }} />
  if (!me.data)
    return (
      <main className="mx-auto max-w-2xl p-10">
        {me.error || offline ? (
          <ErrorState error={me.error ?? NO_ANSWER} since={lastContact} onRetry={() => void me.refetch()} />
        ) : (
          <PageFallback />
        )}
      </main>
    )
  return <Frame version={me.data.version} />
}

function Frame({ version }: { version: string }) {
  const layout = useLayout()
  const navigation = useNavigation()
  const location = useLocation()
  useEffect(() => openSocket(), [])
  useMachineFeed()
  useShellHotkeys()
  // biome-ignore lint/correctness/useExhaustiveDependencies: closes layers whenever the address changes
  useEffect(() => layout.close(), [location.pathname])
  return (
    <div className="flex min-h-dvh">
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-70 focus:rounded-lg focus:bg-modal focus:px-4 focus:py-2"
      >
        Skip to content
      </a>
      <aside
        className={cx(
          'sticky top-0 hidden h-dvh shrink-0 border-r border-line bg-sidebar transition-[width] duration-300 md:block',
          layout.folded ? 'w-16' : 'w-16 xl:w-56',
        )}
      >
        {layout.folded ? (
          <Sidebar folded version={version} />
        ) : (
          <>
            <div className="h-full xl:hidden">
              <Sidebar folded version={version} />
            </div>
            <div className="hidden h-full xl:block">
              <Sidebar folded={false} version={version} />
            </div>
          </>
        )}
      </aside>
      <div className="flex min-w-0 flex-1 flex-col">
        <Header />
        <NoAnswer />
        <main
          id="content"
          tabIndex={-1}
          aria-busy={navigation.state === 'loading'}
          className="min-w-0 flex-1 outline-none"
        >
          <Outlet />
        </main>
      </div>
      <Dialog open={layout.drawer === 'nav'} onClose={layout.close} title="Rooms" side>
        <Sidebar folded={false} version={version} onNavigate={layout.close} />
      </Dialog>
      <JobsDrawer open={layout.drawer === 'jobs'} onClose={layout.close} />
      {layout.palette && <Palette onClose={layout.close} />}
      <ShortcutSheet open={layout.shortcuts} onClose={layout.close} />
      <Toasts />
      <ScrollRestoration />
    </div>
  )
}
