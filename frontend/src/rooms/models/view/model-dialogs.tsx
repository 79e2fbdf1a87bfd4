// Deletion of a model.
import type { Model } from '@mistudio/contracts'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { places } from '../../../places/index.js'
import { Checkbox, ConfirmDialog, formatBytes, plural, toast } from '../../../ui/index.js'
import { deleteModel, useModelUsers, useUploadOf } from '../api.js'

interface Props {
  open: boolean
  onClose(): void
  model: Model
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
        'The entry of this model, with its parity report',
        model.hub && `The downloaded files in ${model.path}`,
        deleteFiles && `The uploaded files (${formatBytes(upload.files.reduce((sum, { size }) => sum + size, 0))})`,
      ].filter((line) => typeof line === 'string')}
      stays={
        model.hub
          ? [`${model.hub.repo} on the hub: it can be downloaded again`]
          : deleteFiles
            ? []
            : [`The files in ${model.path}`]
      }
      onConfirm={async () => {
        await deleteModel(model.id, deleteFiles)
        const filesGo = deleteFiles || model.hub !== null
        toast.success(
          `${model.name} was removed. ${filesGo ? 'Its files go as well.' : 'Its files stay where they are.'}`,
        )
        void navigate(places.models())
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
