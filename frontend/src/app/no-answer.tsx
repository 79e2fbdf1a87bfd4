// The strip under the header while the server does not answer: since when, what is on screen, and a way to ask again.
import RefreshCw from 'lucide-react/icons/refresh-cw'
import WifiOff from 'lucide-react/icons/wifi-off'
import { useState } from 'react'
import { askServer, useLiveStatus } from '../live/index.js'
import { Button, formatClock } from '../ui/index.js'

export function NoAnswer() {
  const { status, lastContact } = useLiveStatus()
  const [asking, setAsking] = useState(false)
  if (status !== 'offline') return null
  const again = () => {
    setAsking(true)
    void askServer().finally(() => setAsking(false))
  }
  return (
    <div
      role="alert"
      className="sticky top-14 z-20 flex flex-wrap items-center gap-3 border-b border-tone-red/40 bg-modal px-4 py-2 text-sm"
    >
      <WifiOff className="size-4 shrink-0 text-tone-red" aria-hidden />
      <p className="min-w-0 flex-1 text-heading">
        The server has not answered{lastContact ? ` since ${formatClock(lastContact)}` : ' yet'}. What you see is from
        then. It is asked again by itself.
      </p>
      <Button size="sm" icon={RefreshCw} busy={asking} onClick={again}>
        Try again
      </Button>
    </div>
  )
}
