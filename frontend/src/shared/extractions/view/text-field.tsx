// Which documents an extraction reads, what each choice holds, and what happens when that is too little.
import { defaultText, type TextChoice, type Tokenization, type TrainedOn } from '@mistudio/contracts'
import { Field, Notice, Select } from '../../../ui/index.js'
import { shortText, textOptions } from '../text.js'

interface TextFieldProps {
  readonly known: TrainedOn
  readonly tokenization: Tokenization
  /** Tokens to read as typed. */
  readonly tokens: number | null
  readonly value: TextChoice | undefined
  onChange(text: TextChoice): void
}

const HINTS: Record<TrainedOn, string> = {
  this: 'Densities and examples of text that the SAE was trained on flatter it; held-out documents do not.',
  other: 'The SAE was trained on another text, so all of this one is new to it, unless documents are in both.',
  unknown: 'What the SAE was trained on is not known here, so any of these documents may have been among it.',
}

export function TextField({ known, tokenization, tokens, value, onChange }: TextFieldProps) {
  const choice = value ?? defaultText(known)
  const short = shortText(tokens, choice, tokenization)
  return (
    <div className="space-y-2">
      <Field label="Text to read" hint={HINTS[known]}>
        <Select value={choice} onChange={onChange} options={textOptions(known, tokenization)} />
      </Field>
      {short && <Notice tone="blue">{short}</Notice>}
    </div>
  )
}
