// What may be done with a training; whatever ends it says first what is kept. A pause keeps everything, so it is not asked about.
import type { Job, JobAction, Training } from '@mistudio/contracts'
import Ban from 'lucide-react/icons/ban'
import CircleStop from 'lucide-react/icons/circle-stop'
import Pause from 'lucide-react/icons/pause'
import Play from 'lucide-react/icons/play'
import RotateCcw from 'lucide-react/icons/rotate-ccw'
import { useState } from 'react'
import { actionsOf, pendingControl } from '../../../jobs/prepare.js'
import { useJobAction } from '../../../live/index.js'
import { Button, ConfirmDialog } from '../../../ui/index.js'

const LOOKS = {
  pause: { label: 'Pause', icon: Pause },
  resume: { label: 'Resume', icon: Play },
  stop: { label: 'Stop & keep', icon: CircleStop },
  cancel: { label: 'Cancel', icon: Ban },
  retry: { label: 'Retry', icon: RotateCcw },
} as const

interface Consequence {
  verb: string
  dismiss: string
  goes: string[]
  stays: string[]
}
/** Without the step: the training goes on while one reads. */
const CONSEQUENCES: Readonly<Record<'stop' | 'cancel', Consequence>> = {
  stop: {
    verb: 'Stop',
    dismiss: 'Go on training',
    goes: ['The steps that are still to come'],
    stays: ['A finished SAE with the weights it has then, measured on held-out text', 'All curves'],
  },
  cancel: {
    verb: 'Cancel',
    dismiss: 'Go on training',
    goes: ['The SAE: nothing is made of the steps done so far'],
    stays: ['All curves', 'Its settings, for Retry'],
  },
}

export function TrainingActions({ training, job, size = 'md' }: { training: Training; job: Job; size?: 'sm' | 'md' }) {
  const action = useJobAction()
  const [asking, setAsking] = useState<'stop' | 'cancel' | null>(null)
  const pending = pendingControl(job)
  const press = (name: JobAction) => {
    if (name === 'stop' || name === 'cancel') setAsking(name)
    else action.mutate({ id: job.id, action: name })
  }
  const asked = asking && CONSEQUENCES[asking]
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
          verb={asked.verb}
          dismiss={asked.dismiss}
          name={training.name}
          kind="training"
          goes={asked.goes}
          stays={asked.stays}
          onConfirm={() => action.mutateAsync({ id: job.id, action: asking })}
        />
      )}
    </span>
  )
}
