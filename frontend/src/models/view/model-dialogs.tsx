// Rename and delete of a model.
import type { Model } from '@mistudio/contracts'
import { type FormEvent, useState } from 'react'
import { useNavigate } from 'react-router'
import {
  Button,
  Checkbox,
  ConfirmDialog,
  Dialog,
  errorText,
  Field,
  formatBytes,
  Input,
  plural,
  toast,
} from '../../ui/index.js'
import { deleteModel, useModelUsers, useRenameModel, useUploadOf } from '../api.js'

interface Props {
  open: boolean
  onClose(): void
  model: Model
}

export function RenameModelDialog(props: Props) {
  return props.open ? <Rename {...props} /> : null
}

function Rename({ onClose, model }: Props) {
  const [name, setName] = useState(model.name)
  const rename = useRenameModel(model.id)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!name.trim()) return
    rename.mutate(name.trim(), {
      onSuccess: () => {
        onClose()
        toast.undo(`Renamed to ${name.trim()}.`, () => rename.mutate(model.name))
      },
    })
  }
  return (
    <Dialog
      open
      onClose={onClose}
      size="sm"
      title={`Rename “${model.name}”`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            form="rename-model"
            kind="primary"
            busy={rename.isPending}
            disabledReason={name.trim() ? null : 'Type a name first.'}
          >
            Rename
          </Button>
        </>
      }
    >
      <form id="rename-model" onSubmit={submit}>
        <Field label="Name" required error={rename.error ? errorText(rename.error) : null}>
          <Input autoFocus value={name} maxLength={120} onChange={(event) => setName(event.target.value)} />
        </Field>
      </form>
    </Dialog>
  )
}

export function DeleteModelDialog(props: Props) {
  return props.open ? <Delete {...props} /> : null
}

function Delete({ onClose, model }: Props) {
  const navigate = useNavigate()
  const users = useModelUsers(model.id)
  const upload = useUploadOf(model.id)
  const [withFiles, setWithFiles] = useState(true)
  const deleteFiles = upload !== null && withFiles
  const used = [
    users.tokenizations.length > 0 && `${plural(users.tokenizations.length, 'tokenization')} made with its tokenizer`,
    users.trainings.length > 0 && `${plural(users.trainings.length, 'training')} of SAEs on it`,
    users.saes.length > 0 && `${plural(users.saes.length, 'SAE')}: ${users.saes.map((sae) => sae.name).join(', ')}`,
  ].filter((line) => line !== false)
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      verb="Delete"
      kind="model"
      name={model.name}
      goes={[
        'The entry of this model, with its self-check',
        deleteFiles && `The uploaded files (${formatBytes(upload.files.reduce((sum, { size }) => sum + size, 0))})`,
      ].filter((line) => line !== false)}
      stays={deleteFiles ? [] : [`The files in ${model.path}`]}
      onConfirm={async () => {
        await deleteModel(model.id, deleteFiles)
        toast.success(
          `${model.name} was removed. ${deleteFiles ? 'Its files go as well.' : 'Its files stay where they are.'}`,
        )
        void navigate('/models')
      }}
    >
      {upload && (
        <Checkbox
          checked={withFiles}
          onChange={setWithFiles}
          label="Delete the uploaded files too"
          hint="Kept files can be registered again under Add model › From this computer."
        />
      )}
      {used.length > 0 && (
        <p>It is used by {used.join(', ')}. The server refuses to delete it while something needs it.</p>
      )}
    </ConfirmDialog>
  )
}
