// Buttons for what may be done with a job, the same wherever it is shown; the ones that lose work ask first.
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
import { consequenceOf, type Ending } from '../endings.js'
import { actionsOf, pendingControl } from '../prepare.js'

const LOOKS: Record<JobAction, { label: string; icon: LucideIcon }> = {
  pause: { label: 'Pause', icon: Pause },
  resume: { label: 'Resume', icon: Play },
  stop: { label: 'Stop and keep', icon: CircleStop },
  cancel: { label: 'Cancel', icon: Ban },
  retry: { label: 'Retry', icon: RotateCcw },
}
const VERBS: Record<Ending, string> = { stop: 'Stop', cancel: 'Cancel' }
const isEnding = (name: JobAction): name is Ending => name === 'stop' || name === 'cancel'

export function JobActions({ job, size = 'md' }: { job: Job; size?: 'sm' | 'md' }) {
  const action = useJobAction()
  const [asking, setAsking] = useState<Ending | null>(null)
  const pending = pendingControl(job)
  const asked = asking && consequenceOf(job, asking)
  const press = (name: JobAction) => {
    if (isEnding(name) && consequenceOf(job, name)) setAsking(name)
    else action.mutate({ id: job.id, action: name })
  }
  return (
    <span className="flex flex-wrap items-center gap-2">
      {pending && <span className="text-xs text-tone-amber">{pending}…</span>}
      {actionsOf(job).map((name) => (
        <Button
          key={name}
          size={size}
          kind={name === 'retry' || name === 'resume' ? 'info' : 'secondary'}
          icon={LOOKS[name].icon}
          busy={action.isPending && action.variables.action === name}
          onClick={() => press(name)}
        >
          {LOOKS[name].label}
        </Button>
      ))}
      {asking && asked && (
        <ConfirmDialog
          open
          onClose={() => setAsking(null)}
          verb={VERBS[asking]}
          dismiss={asked.dismiss}
          kind={asked.noun}
          name={asked.name}
          goes={asked.goes}
          stays={asked.stays}
          onConfirm={() => action.mutateAsync({ id: job.id, action: asking })}
        />
      )}
    </span>
  )
}
