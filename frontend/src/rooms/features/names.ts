// Label and notes of a feature while they are edited: what was typed and not saved, over the version that stood there when typing began.
import type { Feature } from '@mistudio/contracts'
import { useState } from 'react'
import { conflictOf } from '../../ui/index.js'
import { useAnnotate } from './api.js'

interface Draft {
  readonly index: number
  readonly label: string
  readonly notes: string
  readonly seen: string
}

export const useNames = (feature: Feature) => {
  const annotate = useAnnotate(feature.extractionId, feature.saeId)
  const [draft, setDraft] = useState<Draft | null>(null)
  // What was typed for another feature is not for this one.
  const mine = draft?.index === feature.index ? draft : null
  const { label, notes } = mine ?? { label: feature.label ?? '', notes: feature.notes }
  const changed = mine !== null && (label.trim() !== (feature.label ?? '') || notes !== feature.notes)
  const write = (seen: string) =>
    annotate.mutate(
      { index: feature.index, change: { label: label.trim() || null, notes }, seen },
      { onSuccess: () => setDraft(null) },
    )
  return {
    label,
    notes,
    changed,
    busy: annotate.isPending,
    error: annotate.error,
    conflict: mine ? conflictOf(annotate.error) : null,
    type: (text: Partial<Pick<Draft, 'label' | 'notes'>>) =>
      setDraft({ index: feature.index, seen: mine?.seen ?? feature.version, label, notes, ...text }),
    reset: () => {
      setDraft(null)
      annotate.reset()
    },
    save: () => changed && write(mine.seen),
    /** Saves over what somebody else has written meanwhile. */
    saveOver: write,
  }
}
export type Names = ReturnType<typeof useNames>
