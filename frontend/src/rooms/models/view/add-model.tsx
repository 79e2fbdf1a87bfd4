// Adding a model: choose a folder of the server or upload one, look at what was found there, then register it.
import type { ModelInspection } from '@mistudio/contracts'
import { AppError } from '@mistudio/contracts'
import Search from 'lucide-react/icons/search'
import Server from 'lucide-react/icons/server'
import TriangleAlert from 'lucide-react/icons/triangle-alert'
import UploadIcon from 'lucide-react/icons/upload'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { useSend } from '../../../data/index.js'
import { places } from '../../../places/index.js'
import { dismissTransfer, FileBrowser, UploadFiles, useTransfer } from '../../../shared/files/index.js'
import { draftProblem, type PrecisionDraft, startPrecision } from '../../../shared/precision/precision.js'
import { PrecisionChoice } from '../../../shared/precision/precision-choice.js'
import { Button, Dialog, errorText, Field, Input, Notice, nextStep, ProgressBar, Tabs } from '../../../ui/index.js'
import { InspectionView } from './inspection.js'

type Source = 'path' | 'upload'
const SOURCES = [
  { id: 'path', label: 'On the server', icon: Server },
  { id: 'upload', label: 'From this computer', icon: UploadIcon },
] as const
const DESCRIPTIONS: Record<Source, string> = {
  path: 'The files stay where they are; nothing is copied and no code of the model is run.',
  upload: 'The files are copied to the server; no code of the model is run.',
}

export function AddModelDialog({ open, onClose }: { open: boolean; onClose(): void }) {
  return open ? <AddModel onClose={onClose} /> : null
}

function AddModel({ onClose }: { onClose(): void }) {
  const uploading = useTransfer((store) => store.transfer?.upload.purpose === 'model')
  const [from, setFrom] = useState<Source>(uploading ? 'upload' : 'path')
  const [path, setPath] = useState('')
  const [name, setName] = useState('')
  const [found, setFound] = useState<ModelInspection | null>(null)
  const [precision, setPrecision] = useState<PrecisionDraft | null>(null)
  const inspect = useSend('inspectModel')
  const create = useSend('createModel')
  const navigate = useNavigate()
  const failure = create.error ?? inspect.error

  const choose = (next: string) => {
    setPath(next)
    setFound(null)
    inspect.reset()
    create.reset()
  }
  const changeSource = (next: Source) => {
    choose('')
    setFrom(next)
  }
  const look = async (at: string) => {
    choose(at)
    try {
      const result = await inspect.mutateAsync({ body: { path: at } })
      setFound(result)
      setName(result.suggestedName)
      setPrecision(startPrecision(result.memory))
    } catch {
      // Shown below through the mutation's error.
    }
  }
  const problem = found && precision ? draftProblem(found.memory, precision) : null
  const register = () =>
    create.mutate(
      { body: { path: found?.path ?? path, name: name.trim(), precision: precision?.precision ?? 'float32' } },
      {
        onSuccess: (model) => {
          if (from === 'upload') dismissTransfer()
          void navigate(places.model({ id: model.id, tab: 'parity' }))
        },
      },
    )

  return (
    <Dialog
      open
      onClose={onClose}
      size="lg"
      keepOnOutsideClick
      title="Add a model"
      description={DESCRIPTIONS[from]}
      footer={
        <>
          <Button onClick={onClose}>{uploading ? 'Close' : 'Cancel'}</Button>
          {found ? (
            <Button
              kind="primary"
              busy={create.isPending}
              disabledReason={name.trim() ? problem : 'Give it a name first.'}
              onClick={register}
            >
              Add model
            </Button>
          ) : from === 'upload' ? null : (
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
        <Tabs tabs={SOURCES} value={from} onChange={changeSource} label="Where the model lies">
          {from === 'upload' ? (
            <UploadFiles purpose="model" inspected={found !== null} onComplete={({ path: at }) => void look(at)} />
          ) : (
            <ServerFolder path={path} onChoose={(at) => void look(at)} onType={choose} />
          )}
        </Tabs>
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
            {precision && found.spec.format !== 'onnx' && (
              <PrecisionChoice memory={found.memory} draft={precision} onDraft={setPrecision} />
            )}
          </>
        )}
      </div>
    </Dialog>
  )
}

interface ServerFolderProps {
  path: string
  /** A folder to look into. */
  onChoose(path: string): void
  onType(path: string): void
}

function ServerFolder({ path, onChoose, onType }: ServerFolderProps) {
  return (
    <div className="space-y-4">
      <FileBrowser wanted="model" chosen={path} onChoose={onChoose} />
      <Field
        label="Folder"
        hint="Must lie inside an import root and hold config.json, tokenizer.json and *.safetensors or model.onnx."
      >
        <Input
          value={path}
          onChange={(event) => onType(event.target.value)}
          onKeyDown={(event) => event.key === 'Enter' && path.trim() && onChoose(path.trim())}
          placeholder="/path/to/model"
          className="font-mono"
        />
      </Field>
    </div>
  )
}
