// The choice of the architecture, with what it does in a sentence.
import { ARCHITECTURE_TEXTS, SAE_TRAINING_ARCHITECTURES, type SaeTrainingArchitecture } from '@mistudio/contracts'
import { Field, Select } from '../../../ui/index.js'
import { architectureLabel } from '../words.js'

interface Props {
  value: SaeTrainingArchitecture
  error: string | undefined
  locked: boolean
  onChange(value: SaeTrainingArchitecture): void
}

export function ArchitectureField({ value, error, locked, onChange }: Props) {
  return (
    <Field
      label="Architecture"
      error={error}
      hint={locked ? 'Kept: the checkpoint is of this architecture.' : ARCHITECTURE_TEXTS[value].help}
      help="How features are chosen and trained. Each has options of its own; only those are shown."
    >
      <Select
        value={value}
        onChange={onChange}
        disabled={locked}
        options={SAE_TRAINING_ARCHITECTURES.map((name) => ({ value: name, label: architectureLabel(name) }))}
      />
    </Field>
  )
}
