// Deleting one thing or several: says what goes with them and what stays, and names each that could not be deleted.
import { AppError } from '@mistudio/contracts'
import type { ReactNode } from 'react'
import { ConfirmDialog, errorText, toast } from '../ui/index.js'
import { type Nouns, noun } from './nouns.js'

/** What deleting a thing means. */
export interface Deletion<T> {
  goes(thing: T): readonly (ReactNode | false)[]
  stays?(thing: T): readonly (ReactNode | false)[]
  remove(thing: T): Promise<unknown>
}

interface DeleteDialogProps<T> extends Deletion<T> {
  /** null: closed. */
  things: readonly T[] | null
  onClose(): void
  nouns: Nouns
  nameOf(thing: NoInfer<T>): string
  /** After all of them are gone. */
  onDeleted?(): void
  children?: ReactNode
}

const several = 5
/** The first few names, then how many more. */
const namesText = (names: readonly string[]): string =>
  names.length > several ? `${names.slice(0, several).join(', ')} and ${names.length - several} more` : names.join(', ')

export function DeleteDialog<T>(props: DeleteDialogProps<T>) {
  const { things, onClose, nouns, nameOf, goes, stays = () => [], remove, onDeleted, children } = props
  const [one] = things ?? []
  if (!things || one === undefined) return null
  const single = things.length === 1
  const real = (items: readonly (ReactNode | false)[]): ReactNode[] => items.filter((item) => item !== false)
  const confirm = async () => {
    const failures: { thing: T; error: unknown }[] = []
    for (const thing of things) await remove(thing).catch((error: unknown) => failures.push({ thing, error }))
    if (single && failures[0]) throw failures[0].error
    if (failures.length > 0)
      throw new AppError(
        'conflict',
        failures.map(({ thing, error }) => `${nameOf(thing)}: ${errorText(error)}`).join(' '),
      )
    toast.success(single ? `${nameOf(one)} was deleted.` : `${noun(nouns, things.length)} were deleted.`)
    onDeleted?.()
  }
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      verb="Delete"
      kind={single ? nouns.one : nouns.many}
      name={single ? nameOf(one) : noun(nouns, things.length)}
      goes={
        single
          ? real(goes(one))
          : [namesText(things.map(nameOf)), ...real(goes(one)).map((item) => <>Of each: {item}</>)]
      }
      stays={real(stays(one))}
      onConfirm={confirm}
    >
      {children}
    </ConfirmDialog>
  )
}
