// Settings of an experiment besides sampling: where features are added, what ends a text, how much is reported of each token.
import { STEERING_LIMITS, type SteeringScope, SteeringScopeSchema } from '@mistudio/contracts'
import { Field, NumberField, Select, Textarea } from '../../../ui/index.js'
import type { SteeringDraft } from '../draft.js'

const SCOPES: Record<SteeringScope, string> = {
  all: 'prompt and written text',
  prompt: 'the prompt only',
  completion: 'the written text only',
}

export function ExperimentFields({ draft, onDraft }: { draft: SteeringDraft; onDraft(draft: SteeringDraft): void }) {
  return (
    <>
      <Field label="Where" help="The tokens at whose positions the features are steered.">
        <Select<SteeringScope>
          value={draft.scope}
          onChange={(scope) => onDraft({ ...draft, scope })}
          options={SteeringScopeSchema.options.map((value) => ({ value, label: SCOPES[value] }))}
        />
      </Field>
      <div className="grid grid-cols-[minmax(0,1fr)_7rem] gap-3">
        <StopField stop={draft.stop} onStop={(stop) => onDraft({ ...draft, stop })} />
        <Field label="Alternatives" help="How many of the likeliest tokens are kept for every written one.">
          <NumberField
            value={draft.alternatives}
            min={0}
            max={STEERING_LIMITS.alternatives}
            step={1}
            onChange={(alternatives) => onDraft({ ...draft, alternatives })}
          />
        </Field>
      </div>
    </>
  )
}

function StopField({ stop, onStop }: { stop: string; onStop(stop: string): void }) {
  return (
    <Field
      label="Stop at"
      help="Texts that end the writing, one a line; the text is cut before them. Write \n for a newline."
    >
      <Textarea
        rows={2}
        className="font-mono"
        value={stop}
        placeholder="\n\nUser:"
        onChange={(event) => onStop(event.target.value)}
      />
    </Field>
  )
}
