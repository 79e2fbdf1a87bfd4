// The dialog of a table's columns: which, in which order, how many stay in place; and views under a name.
import ArrowDown from 'lucide-react/icons/arrow-down'
import ArrowUp from 'lucide-react/icons/arrow-up'
import Trash2 from 'lucide-react/icons/trash-2'
import { type FormEvent, useState } from 'react'
import { Button, Checkbox, Dialog, Field, IconButton, Input, Select } from '../ui/index.js'
import { moved, orderedColumns, shown } from './table-state.js'
import type { TableViews } from './table-views.js'

interface Props {
  columns: readonly { readonly id: string; readonly label: string }[]
  views: TableViews
  onClose(): void
}

export function TableColumns({ columns, views, onClose }: Props) {
  const { state } = views
  const ordered = orderedColumns(columns, state)
  return (
    <Dialog
      open
      onClose={onClose}
      size="sm"
      title="Columns"
      footer={
        <>
          <Button onClick={views.reset}>As at first</Button>
          <Button kind="primary" onClick={onClose}>
            Done
          </Button>
        </>
      }
    >
      <ul className="divide-y divide-line" aria-label="Columns">
        {ordered.map(({ id, label }, at) => (
          <li key={id} className="flex items-center gap-2 py-1.5">
            <div className="min-w-0 flex-1">
              <Checkbox
                checked={!state.hidden.includes(id)}
                onChange={(show) => views.change(shown(state, id, show))}
                label={label}
              />
            </div>
            <IconButton
              icon={ArrowUp}
              label={`${label} further left`}
              disabledReason={at === 0 ? 'It is the first.' : null}
              onClick={() => views.change(moved(columns, state, id, -1))}
              className="size-8"
            />
            <IconButton
              icon={ArrowDown}
              label={`${label} further right`}
              disabledReason={at === ordered.length - 1 ? 'It is the last.' : null}
              onClick={() => views.change(moved(columns, state, id, 1))}
              className="size-8"
            />
          </li>
        ))}
      </ul>
      <Field label="Columns that stay while others scroll" className="mt-4">
        <Select
          value={String(state.pinned)}
          onChange={(pinned) => views.change({ ...state, pinned: Number(pinned) })}
          options={[0, 1, 2, 3].map((count) => ({
            value: String(count),
            label: count === 0 ? 'none' : `the first ${count}`,
          }))}
        />
      </Field>
      <SavedViews views={views} />
    </Dialog>
  )
}

function SavedViews({ views }: { views: TableViews }) {
  const [name, setName] = useState('')
  const save = (event: FormEvent) => {
    event.preventDefault()
    if (!name.trim()) return
    views.save(name.trim())
    setName('')
  }
  return (
    <section className="mt-4" aria-label="Saved views">
      <form onSubmit={save} className="flex items-end gap-2">
        <Field label="Keep this view as" className="flex-1">
          <Input value={name} maxLength={60} onChange={(event) => setName(event.target.value)} />
        </Field>
        <Button type="submit" disabledReason={name.trim() ? null : 'Type a name first.'}>
          Save view
        </Button>
      </form>
      <ul className="mt-2">
        {views.names.map((view) => (
          <li key={view} className="flex items-center gap-2 py-1">
            <span className="min-w-0 flex-1 truncate text-sm text-heading">{view}</span>
            <Button size="sm" kind="info" aria-label={`Use ${view}`} onClick={() => views.apply(view)}>
              Use
            </Button>
            <IconButton icon={Trash2} label={`Forget ${view}`} onClick={() => views.remove(view)} className="size-8" />
          </li>
        ))}
      </ul>
    </section>
  )
}
