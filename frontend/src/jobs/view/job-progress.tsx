// How a job stands, on every card and panel: what it waits for while it is queued, its progress while it runs, and a word when the worker
// behind it has fallen silent.
import type { Job } from '@mistudio/contracts'
import Clock from 'lucide-react/icons/clock'
import TriangleAlert from 'lucide-react/icons/triangle-alert'
import { Link } from 'react-router'
import { isActive } from '../../live/index.js'
import { places } from '../../places/index.js'
import { cx, Progress, ProgressBar, type Tone } from '../../ui/index.js'
import { useQueuesNow } from '../api.js'
import { kindTone } from '../prepare.js'
import { hangText, isSilentWorker, silenceText, waitingText, workerSilence } from '../waiting.js'

interface JobProgressProps {
  job: Job
  label: string
  tone?: Tone
}

export function JobProgress({ job, label, tone = kindTone(job.kind) }: JobProgressProps) {
  if (job.state === 'queued') return <Waiting job={job} label={label} />
  return (
    <div className="min-w-0">
      <Progress
        progress={job.progress}
        startedAt={isActive(job) ? job.startedAt : null}
        {...(job.attempt > 1 ? { attempt: job.attempt } : {})}
        tone={tone}
        still={job.state !== 'running'}
        label={label}
      />
      {job.state === 'running' && <Silence id={job.id} owner={job.owner} />}
    </div>
  )
}

function Waiting({ job, label }: { job: Job; label: string }) {
  const now = useQueuesNow()
  const blocked = now !== null && isSilentWorker(workerSilence(now))
  const Icon = blocked ? TriangleAlert : Clock
  const share = job.progress?.fraction ?? null
  return (
    <div className="min-w-0">
      <p
        role="status"
        className={cx('mb-1.5 flex items-start gap-2 text-xs', blocked ? 'text-tone-amber' : 'text-body')}
      >
        <Icon className="mt-0.5 size-3.5 shrink-0" aria-hidden />
        <span className="min-w-0 wrap-anywhere">
          {now ? waitingText(job, now) : 'Waiting; its place in line is not known yet.'}{' '}
          <Link to={blocked ? places.system() : places.jobs()} className="underline hover:text-heading">
            {blocked ? 'System' : 'All jobs'}
          </Link>
        </span>
      </p>
      <ProgressBar fraction={share} tone="slate" label={label} still />
    </div>
  )
}

/** A word when the worker of a running job has fallen silent, or its runner while the worker answers. */
function Silence({ id, owner }: { id: string; owner: string | null }) {
  const now = useQueuesNow()
  const worker = now && silenceText(workerSilence(now, owner))
  const text = worker ? `${worker}: the work stands still.` : now && hangText(id, now)
  if (!text) return null
  return (
    <p role="status" className="mt-1.5 flex items-start gap-2 text-xs text-tone-amber">
      <TriangleAlert className="mt-0.5 size-3.5 shrink-0" aria-hidden />
      <span>
        {text}{' '}
        <Link to={places.system()} className="underline hover:text-heading">
          System
        </Link>
      </span>
    </p>
  )
}
