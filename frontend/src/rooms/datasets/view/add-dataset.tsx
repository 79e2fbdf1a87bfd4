// Adding a dataset: a file on the server or an upload, a preview, then the import.
import { AppError, type DatasetPreview, type DatasetSource } from '@mistudio/contracts'
import TriangleAlert from 'lucide-react/icons/triangle-alert'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { useSend } from '../../../data/index.js'
import { places } from '../../../places/index.js'
import { dismissTransfer, FileBrowser, UploadFiles, useTransfer } from '../../../shared/files/index.js'
import { Button, Dialog, errorText, Field, Input, Notice, nextStep, ProgressBar, Tabs } from '../../../ui/index.js'
import { arrayChoices, formProblem, type ImportForm, initialForm, toRequest } from '../prepare.js'
import { ImportFields, PreviewTable, RecordsIn } from './preview.js'

export function AddDatasetDialog({ open, onClose }: { open: boolean; onClose(): void }) {
  return open ? <AddDataset onClose={onClose} /> : null
}

interface Found {
  source: DatasetSource
  preview: DatasetPreview
}

function AddDataset({ onClose }: { onClose(): void }) {
  const uploading = useTransfer((store) => store.transfer?.upload.purpose === 'dataset')
  const [from, setFrom] = useState<'path' | 'upload'>(uploading ? 'upload' : 'path')
  const [path, setPath] = useState('')
  const [source, setSource] = useState<DatasetSource | null>(null)
  const [found, setFound] = useState<Found | null>(null)
  const [form, setForm] = useState<ImportForm | null>(null)
  const preview = useSend('previewDataset')
  const create = useSend('createDataset')
  const navigate = useNavigate()
  const failure = create.error ?? preview.error

  const reset = () => {
    setFound(null)
    preview.reset()
    create.reset()
  }
  const look = async (source: DatasetSource, recordsIn?: string) => {
    reset()
    setSource(source)
    try {
      const result = await preview.mutateAsync({ body: recordsIn ? { source, recordsIn } : { source } })
      setFound({ source, preview: result })
      setForm(initialForm(result))
    } catch {
      // Shown below through the mutation's error.
    }
  }
  const lookAt = (at: string) => {
    setPath(at)
    void look({ type: 'path', path: at })
  }
  const problem = found && form ? formProblem(form, found.preview) : null
  const submit = () => {
    if (!found || !form) return
    create.mutate(
      { body: toRequest(form, found.preview, found.source) },
      {
        onSuccess: (dataset) => {
          if (found.source.type === 'upload') dismissTransfer()
          void navigate(places.dataset({ id: dataset.id }))
        },
      },
    )
  }

  return (
    <Dialog
      open
      onClose={onClose}
      size="lg"
      keepOnOutsideClick
      title="Add a dataset"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          {found || from === 'upload' ? (
            <Button
              kind="primary"
              busy={create.isPending}
              disabledReason={found ? problem : 'Choose a file first.'}
              onClick={submit}
            >
              Import
            </Button>
          ) : (
            <Button
              kind="primary"
              busy={preview.isPending}
              disabledReason={path.trim() ? null : 'Choose a file first.'}
              onClick={() => lookAt(path.trim())}
            >
              Preview
            </Button>
          )}
        </>
      }
    >
      <Tabs
        label="Where the file is"
        tabs={[
          { id: 'path', label: 'On the server' },
          { id: 'upload', label: 'On this computer' },
        ]}
        value={from}
        onChange={(next) => {
          setFrom(next)
          reset()
        }}
      >
        {from === 'path' ? (
          <div className="space-y-4">
            <FileBrowser wanted="dataset" chosen={path} onChoose={lookAt} />
            <Field
              label="File"
              hint="Must lie inside an import root. JSON Lines, JSON, CSV, plain text (also gzipped) and Parquet are read."
            >
              <Input
                value={path}
                className="font-mono"
                placeholder="/path/to/texts.jsonl"
                onChange={(event) => {
                  setPath(event.target.value)
                  reset()
                }}
                onKeyDown={(event) => event.key === 'Enter' && path.trim() && lookAt(path.trim())}
              />
            </Field>
          </div>
        ) : (
          <UploadFiles
            purpose="dataset"
            inspected={found !== null}
            onComplete={(upload) => void look({ type: 'upload', uploadId: upload.id })}
          />
        )}
      </Tabs>
      <div className="mt-4 space-y-4">
        {preview.isPending && <ProgressBar fraction={null} tone="blue" label="Reading the beginning of the file" />}
        {failure && (
          <Notice
            tone="red"
            icon={TriangleAlert}
            title={create.error ? 'It could not be added' : 'This file cannot be used'}
          >
            {errorText(failure)} {failure instanceof AppError && nextStep(failure)}
          </Notice>
        )}
        <RecordsIn
          choices={arrayChoices(found?.preview ?? null, preview.error)}
          value={found?.preview.recordsIn ?? null}
          onChange={(recordsIn) => source && void look(source, recordsIn)}
        />
        {found && form && (
          <>
            <PreviewTable preview={found.preview} textColumn={form.textColumn} />
            <ImportFields preview={found.preview} form={form} onChange={setForm} />
          </>
        )}
      </div>
    </Dialog>
  )
}
