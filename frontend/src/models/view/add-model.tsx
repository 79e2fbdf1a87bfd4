// Adding a model: choose a folder, look at what was found there, then register it.
import type { ModelInspection } from '@mistudio/contracts'
import { AppError } from '@mistudio/contracts'
import Search from 'lucide-react/icons/search'
import TriangleAlert from 'lucide-react/icons/triangle-alert'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { FileBrowser } from '../../files/index.js'
import { Button, Dialog, errorText, Field, Input, Notice, nextStep, ProgressBar } from '../../ui/index.js'
import { useCreateModel, useInspectModel } from '../api.js'
import { InspectionView } from './inspection.js'

export function AddModelDialog({ open, onClose }: { open: boolean; onClose(): void }) {
  return open ? <AddModel onClose={onClose} /> : null
}

function AddModel({ onClose }: { onClose(): void }) {
  const [path, setPath] = useState('')
  const [name, setName] = useState('')
  const [found, setFound] = useState<ModelInspection | null>(null)
  const inspect = useInspectModel()
  const create = useCreateModel()
  const navigate = useNavigate()
  const failure = create.error ?? inspect.error

  const choose = (next: string) => {
    setPath(next)
    setFound(null)
    inspect.reset()
    create.reset()
  }
  const look = async (at: string) => {
    choose(at)
    try {
      const result = await inspect.mutateAsync(at)
      setFound(result)
      setName(result.suggestedName)
    } catch {
      // Shown below through the mutation's error.
    }
  }
  const register = () =>
    create.mutate(
      { path: found?.path ?? path, name: name.trim() },
      { onSuccess: (model) => void navigate(`/models/${model.id}`) },
    )

  return (
    <Dialog
      open
      onClose={onClose}
      size="lg"
      keepOnOutsideClick
      title="Add a model"
      description="The files stay where they are; nothing is copied and no code of the model is run."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          {found ? (
            <Button
              kind="primary"
              busy={create.isPending}
              disabledReason={name.trim() ? null : 'Give it a name first.'}
              onClick={register}
            >
              Add model
            </Button>
          ) : (
            <Button
              kind="primary"
              icon={Search}
              busy={inspect.isPending}
              disabledReason={path.trim() ? null : 'Choose a folder first.'}
              onClick={() => void look(path.trim())}
            >
              Look inside
            </Button>
          )}
        </>
      }
    >
      <div className="space-y-4">
        <FileBrowser wanted="model" chosen={path} onChoose={(at) => void look(at)} />
        <Field
          label="Folder"
          hint="Must lie inside an import root and hold config.json, tokenizer.json and *.safetensors."
        >
          <Input
            value={path}
            onChange={(event) => choose(event.target.value)}
            onKeyDown={(event) => event.key === 'Enter' && path.trim() && void look(path.trim())}
            placeholder="/path/to/model"
            className="font-mono"
          />
        </Field>
        {inspect.isPending && <ProgressBar fraction={null} tone="purple" label="Looking inside" />}
        {failure && (
          <Notice
            tone="red"
            icon={TriangleAlert}
            title={create.error ? 'It could not be added' : 'This folder cannot be used'}
          >
            {errorText(failure)} {failure instanceof AppError && nextStep(failure)}
          </Notice>
        )}
        {found && (
          <>
            <InspectionView inspection={found} />
            <Field label="Name" required>
              <Input value={name} onChange={(event) => setName(event.target.value)} maxLength={120} />
            </Field>
          </>
        )}
      </div>
    </Dialog>
  )
}
