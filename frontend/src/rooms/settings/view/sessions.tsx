// Browsers that are signed in: list, end one, sign out everywhere. Each belongs to the key that opened it.
import type { Session } from '@mistudio/contracts'
import LogOut from 'lucide-react/icons/log-out'
import { useState } from 'react'
import { useMe } from '../../../data/index.js'
import {
  Button,
  Card,
  ConfirmDialog,
  ErrorState,
  IconButton,
  RelativeTime,
  Skeleton,
  Table,
  Td,
  Th,
  Tr,
  toast,
} from '../../../ui/index.js'
import { endSession, endSessions, useSessions } from '../api.js'
import { browserName } from '../prepare.js'
import { ScopeBadge } from './scope-badge.js'

export function Sessions() {
  const list = useSessions()
  const admin = useMe().data?.scope === 'admin'
  const [ending, setEnding] = useState<Session | null>(null)
  const [everywhere, setEverywhere] = useState<'key' | 'all' | null>(null)
  return (
    <Card
      title="Signed-in browsers"
      description="Each belongs to the API key it signed in with, also through a link, and ends when that key is deleted. Without that it lasts 30 days."
      actions={
        <>
          {admin && <Button onClick={() => setEverywhere('all')}>Sign out everybody</Button>}
          <Button icon={LogOut} onClick={() => setEverywhere('key')}>
            Sign out everywhere
          </Button>
        </>
      }
    >
      {list.error && !list.data ? (
        <ErrorState error={list.error} onRetry={() => void list.refetch()} />
      ) : !list.data ? (
        <Skeleton />
      ) : list.data.length === 0 ? (
        <p className="text-sm text-muted">No browser is signed in.</p>
      ) : (
        <SessionTable sessions={list.data} onEnd={setEnding} />
      )}
      {ending && (
        <ConfirmDialog
          open
          onClose={() => setEnding(null)}
          verb="End"
          kind="session"
          name={browserName(ending.browser)}
          onConfirm={async () => {
            await endSession(ending)
            toast.success('The session has ended.')
          }}
        >
          {ending.current
            ? 'It is this browser: you sign in again afterwards.'
            : 'That browser is signed out at once; what it has open stops being live.'}
        </ConfirmDialog>
      )}
      {everywhere && (
        <ConfirmDialog
          open
          onClose={() => setEverywhere(null)}
          verb="Sign out"
          kind={everywhere === 'all' ? 'everybody' : 'everywhere'}
          name={everywhere === 'all' ? 'every browser of every key' : 'every browser of your key'}
          onConfirm={() => endSessions(everywhere)}
        >
          This browser is signed out too. Keys stay good: delete a key to shut out whoever holds it.
        </ConfirmDialog>
      )}
    </Card>
  )
}

function SessionTable({ sessions, onEnd }: { sessions: readonly Session[]; onEnd(session: Session): void }) {
  return (
    <Table label="Signed-in browsers">
      <thead>
        <tr>
          <Th>Browser</Th>
          <Th>Key</Th>
          <Th>May</Th>
          <Th>Signed in</Th>
          <Th>Last used</Th>
          <Th />
        </tr>
      </thead>
      <tbody>
        {sessions.map((session) => (
          <Tr key={session.id}>
            <Td className="text-heading" title={session.browser}>
              {browserName(session.browser)}
              {session.current && <span className="ml-2 text-xs text-tone-emerald">this browser</span>}
            </Td>
            <Td>{session.keyName}</Td>
            <Td>
              <ScopeBadge scope={session.scope} />
            </Td>
            <Td>
              <RelativeTime at={session.createdAt} />
            </Td>
            <Td>
              <RelativeTime at={session.lastUsedAt} />
            </Td>
            <Td className="text-right">
              <IconButton
                icon={LogOut}
                label={`End session ${browserName(session.browser)}`}
                tone="danger"
                onClick={() => onEnd(session)}
              />
            </Td>
          </Tr>
        ))}
      </tbody>
    </Table>
  )
}
