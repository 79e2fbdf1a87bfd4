// Selected features go into a saved list, a new or an old one, or out of the one that is open.
import { type FormEvent, useState } from 'react'
import { useRead, useSend } from '../../../data/index.js'
import { Button, Dialog, errorText, Field, Input, plural, Select, toast } from '../../../ui/index.js'

interface Props {
  saeId: string
  indices: readonly number[]
  /** The list that the browser shows now. */
  open: string | null
  onClose(): void
}

const NEW = 'new'

export function ListDialog({ saeId, indices, open, onClose }: Props) {
  const lists = useRead('listFeatureLists', { params: { id: saeId } }).data ?? []
  const [chosen, setChosen] = useState(NEW)
  const [name, setName] = useState('')
  const create = useSend('createFeatureList')
  const update = useSend('updateFeatureList')
  const error = create.error ?? update.error
  const here = lists.find(({ id }) => id === open)
  const count = plural(indices.length, 'feature')
  const done = (text: string) => () => {
    toast.success(text)
    onClose()
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const list = lists.find(({ id }) => id === chosen)
    if (list)
      update.mutate(
        { params: { id: list.id }, body: { add: [...indices] } },
        { onSuccess: ({ size }) => done(`${list.name} holds ${plural(size, 'feature')} now.`)() },
      )
    else if (name.trim())
      create.mutate(
        { params: { id: saeId }, body: { name: name.trim(), indices: [...indices] } },
        { onSuccess: done(`${count} kept as ${name.trim()}.`) },
      )
  }
  const takeOut = (list: { id: string; name: string }) =>
    update.mutate(
      { params: { id: list.id }, body: { remove: [...indices] } },
      { onSuccess: done(`${count} taken out of ${list.name}.`) },
    )
  return (
    <Dialog
      open
      onClose={onClose}
      size="sm"
      title={`Add ${count} to a list`}
      footer={
        <>
          {here && (
            <Button className="mr-auto" busy={update.isPending} onClick={() => takeOut(here)}>
              Take out of {here.name}
            </Button>
          )}
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            form="list-features"
            kind="primary"
            busy={create.isPending || update.isPending}
            disabledReason={chosen !== NEW || name.trim() ? null : 'Type a name first.'}
          >
            Add
          </Button>
        </>
      }
    >
      <form id="list-features" onSubmit={submit} className="space-y-4">
        {lists.length > 0 && (
          <Field label="List">
            <Select
              value={chosen}
              onChange={setChosen}
              options={[
                { value: NEW, label: 'A new list' },
                ...lists.map(({ id, name }) => ({ value: id, label: name })),
              ]}
            />
          </Field>
        )}
        {chosen === NEW && (
          <Field label="Name" required error={error ? errorText(error) : null}>
            <Input autoFocus value={name} maxLength={120} onChange={(event) => setName(event.target.value)} />
          </Field>
        )}
        {chosen !== NEW && error && <p className="text-sm text-tone-red">{errorText(error)}</p>}
      </form>
    </Dialog>
  )
}
