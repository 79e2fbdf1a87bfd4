// Rename and delete of an SAE.
import type { Sae } from '@mistudio/contracts'
import { type FormEvent, useState } from 'react'
import { useNavigate } from 'react-router'
import { Button, ConfirmDialog, Dialog, errorText, Field, formatBytes, Input, plural, toast } from '../../ui/index.js'
import { deleteSae, useRenameSae } from '../api.js'

interface Props {
  open: boolean
  onClose(): void
  sae: Sae
}

export function RenameSae(props: Props) {
  return props.open ? <Rename {...props} /> : null
}

function Rename({ onClose, sae }: Props) {
  const [name, setName] = useState(sae.name)
  const rename = useRenameSae(sae.id)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!name.trim()) return
    rename.mutate(name.trim(), {
      onSuccess: () => {
        onClose()
        toast.undo(`Renamed to ${name.trim()}.`, () => rename.mutate(sae.name))
      },
    })
  }
  return (
    <Dialog
      open
      onClose={onClose}
      size="sm"
      title={`Rename “${sae.name}”`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            form="rename-sae"
            kind="primary"
            busy={rename.isPending}
            disabledReason={name.trim() ? null : 'Type a name first.'}
          >
            Rename
          </Button>
        </>
      }
    >
      <form id="rename-sae" onSubmit={submit}>
        <Field label="Name" required error={rename.error ? errorText(rename.error) : null}>
          <Input autoFocus value={name} maxLength={120} onChange={(event) => setName(event.target.value)} />
        </Field>
      </form>
    </Dialog>
  )
}

export function DeleteSae({ open, onClose, sae }: Props) {
  const navigate = useNavigate()
  return (
    <ConfirmDialog
      open={open}
      onClose={onClose}
      verb="Delete"
      kind="SAE"
      name={sae.name}
      goes={[`Its files (${formatBytes(sae.bytes)})`, 'Labels, notes and stars of its features']}
      stays={['The model', ...(sae.trainingId ? ['The training with its curves'] : [])]}
      onConfirm={async () => {
        await deleteSae(sae.id)
        toast.success(`${sae.name} was deleted.`)
        void navigate('/saes')
      }}
    >
      {sae.extractions > 0 && (
        <p>{plural(sae.extractions, 'extraction')} made with it must be deleted first; the server refuses otherwise.</p>
      )}
    </ConfirmDialog>
  )
}
