// Deletion of an SAE.
import type { Sae } from '@mistudio/contracts'
import { useNavigate } from 'react-router'
import { places } from '../../../places/index.js'
import { ConfirmDialog, formatBytes, plural, toast } from '../../../ui/index.js'
import { deleteSae } from '../api.js'

interface Props {
  open: boolean
  onClose(): void
  sae: Sae
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
        void navigate(places.saes())
      }}
    >
      {sae.extractions > 0 && (
        <p>{plural(sae.extractions, 'extraction')} made with it must be deleted first; the server refuses otherwise.</p>
      )}
    </ConfirmDialog>
  )
}
