// The worker's last sign of life in the header; a silent worker is said in words. Leads to System.
import HeartPulse from 'lucide-react/icons/heart-pulse'
import { Link } from 'react-router'
import { useQueuesNow } from '../jobs/api.js'
import { isSilentWorker, silenceText, workerSilence } from '../jobs/waiting.js'
import { useLiveStatus } from '../live/index.js'
import { places } from '../places/index.js'
import { cx, formatDuration } from '../ui/index.js'

export function WorkerSign() {
  const now = useQueuesNow()
  const offline = useLiveStatus((s) => s.status === 'offline')
  // Of a server that does not answer nothing is known about its worker.
  if (!now || offline) return null
  const silence = workerSilence(now)
  const silent = isSilentWorker(silence)
  const text = silenceText(silence) ?? `Worker: last sign of life ${formatDuration(Math.floor(silence ?? 0))} ago`
  return (
    <Link
      to={places.system()}
      title={text}
      className={cx(
        'inline-flex h-9 items-center gap-1.5 rounded-lg px-2 text-xs whitespace-nowrap hover:bg-hover',
        silent ? 'text-tone-red' : 'text-body',
      )}
    >
      <HeartPulse className={cx('size-3.5', silent ? '' : 'text-tone-emerald')} aria-hidden />
      {/* The one text for eyes and ears where there is room for it. */}
      <span className={silent ? 'sr-only sm:not-sr-only' : 'sr-only'}>{text}</span>
      {!silent && (
        <span aria-hidden className="hidden min-w-14 tabular-nums lg:inline">
          Worker {Math.floor(silence ?? 0)} s
        </span>
      )}
      <span className="sr-only">. Opens System</span>
    </Link>
  )
}
