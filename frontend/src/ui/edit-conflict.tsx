// Somebody else changed what is being edited: their text beside the own one, and the choice between them.
import { AppError, EditedMeanwhileSchema } from '@mistudio/contracts'
import { Button } from './button.js'
import { Notice } from './card.js'

export interface Conflict {
  readonly version: string
  readonly [field: string]: unknown
}

/** What the row says now, when an edit was refused because of it; null for any other error and for none. */
export const conflictOf = (error: unknown): Conflict | null => {
  if (!(error instanceof AppError && error.code === 'edited_meanwhile')) return null
  const parsed = EditedMeanwhileSchema.safeParse(error.details)
  return parsed.success ? parsed.data.current : null
}

interface EditConflictProps {
  conflict: Conflict
  /** Fields of the row that are shown, with their names. */
  fields: Readonly<Record<string, string>>
  busy: boolean
  onTheirs(): void
  /** Writes the own text over theirs. */
  onMine(): void
}

const shown = (value: unknown): string => (value === null || value === '' ? 'nothing' : String(value))

export function EditConflict({ conflict, fields, busy, onTheirs, onMine }: EditConflictProps) {
  return (
    <Notice tone="amber" className="mt-3">
      <div role="alert" className="space-y-2">
        <p>Somebody else changed this while you wrote. It says now:</p>
        <dl className="space-y-1">
          {Object.entries(fields).map(([field, name]) => (
            <div key={field}>
              <dt className="text-xs text-muted">{name}</dt>
              <dd className="whitespace-pre-wrap wrap-anywhere text-heading">{shown(conflict[field])}</dd>
            </div>
          ))}
        </dl>
        <div className="flex flex-wrap gap-2">
          <Button size="sm" onClick={onTheirs}>
            Keep theirs
          </Button>
          <Button size="sm" busy={busy} onClick={onMine}>
            Replace with mine
          </Button>
        </div>
      </div>
    </Notice>
  )
}
