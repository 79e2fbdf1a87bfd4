// The six steps from a model to steering. Ticks come from real data; the first open step is the one to do next.
import CircleCheck from 'lucide-react/icons/circle-check'
import { Button, Card, cx, LinkButton, ProgressBar } from '../../../ui/index.js'
import type { Step } from '../prepare.js'

export function Checklist({ steps, onHide }: { steps: readonly Step[]; onHide(): void }) {
  const done = steps.filter((step) => step.done).length
  const next = steps.find((step) => !step.done)
  return (
    <Card
      title="First steps"
      description={`${done} of ${steps.length} done. The list fills by itself.`}
      actions={
        <Button size="sm" kind="ghost" onClick={onHide}>
          Hide
        </Button>
      }
    >
      <ProgressBar fraction={done / steps.length} label="First steps done" className="mb-4" />
      <ol className="space-y-1">
        {steps.map((step, index) => (
          <li
            key={step.id}
            className={cx('flex items-center gap-4 rounded-lg px-3 py-2.5', step === next && 'bg-tile')}
          >
            {step.done ? (
              <CircleCheck className="size-6 shrink-0 text-tone-emerald" aria-label="done" />
            ) : (
              <span className="flex size-6 shrink-0 items-center justify-center rounded-full border border-line-strong text-xs text-muted">
                {index + 1}
              </span>
            )}
            <div className="min-w-0 flex-1">
              <p className="text-sm font-medium text-heading">{step.title}</p>
              <p className="text-sm wrap-anywhere text-muted">{step.text}</p>
            </div>
            <LinkButton size="sm" kind={step === next ? 'primary' : 'ghost'} to={step.action.to}>
              {step.action.label}
            </LinkButton>
          </li>
        ))}
      </ol>
    </Card>
  )
}
