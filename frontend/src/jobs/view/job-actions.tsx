// Buttons for what may be done with a job; the ones that lose work ask first.
import type { Job, JobAction } from '@mistudio/contracts'
import type { LucideIcon } from 'lucide-react'
import Ban from 'lucide-react/icons/ban'
import CircleStop from 'lucide-react/icons/circle-stop'
import Pause from 'lucide-react/icons/pause'
import Play from 'lucide-react/icons/play'
import RotateCcw from 'lucide-react/icons/rotate-ccw'
import { useState } from 'react'
import { useJobAction } from '../../live/index.js'
import { Button, ConfirmDialog } from '../../ui/index.js'
import { actionsOf, kindLabel, pendingControl } from '../prepare.js'

const LOOKS: Record<JobAction, { label: string; icon: LucideIcon }> = {
  pause: { label: 'Pause', icon: Pause },
  resume: { label: 'Resume', icon: Play },
  stop: { label: 'Stop and keep', icon: CircleStop },
  cancel: { label: 'Cancel', icon: Ban },
  retry: { label: 'Retry', icon: RotateCcw },
}

export function JobActions({ job, size = 'md' }: { job: Job; size?: 'sm' | 'md' }) {
  const action = useJobAction()
  const [asking, setAsking] = useState(false)
  const pending = pendingControl(job)
  return (
    <span className="flex flex-wrap items-center gap-2">
      {pending && <span className="text-xs text-tone-amber">{pending}…</span>}
      {actionsOf(job).map((name) => (
        <Button
          key={name}
          size={size}
          kind={name === 'retry' ? 'info' : 'secondary'}
          icon={LOOKS[name].icon}
          busy={action.isPending && action.variables.action === name}
          onClick={() => (name === 'cancel' ? setAsking(true) : action.mutate({ id: job.id, action: name }))}
        >
          {LOOKS[name].label}
        </Button>
      ))}
      <ConfirmDialog
        open={asking}
        onClose={() => setAsking(false)}
        verb="Cancel"
        dismiss="Let it run"
        kind="job"
        name={`${kindLabel(job.kind)}: ${job.title}`}
        onConfirm={() => action.mutateAsync({ id: job.id, action: 'cancel' })}
      >
        What it has done so far is not used. It can be started again with Retry.
      </ConfirmDialog>
    </span>
  )
}
