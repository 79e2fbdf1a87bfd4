// A model from this computer: choose or drop its folder, send it with progress, go on with what was begun before.
import type { FolderUpload } from '@mistudio/contracts'
import FolderUp from 'lucide-react/icons/folder-up'
import TriangleAlert from 'lucide-react/icons/triangle-alert'
import UploadIcon from 'lucide-react/icons/upload'
import { type ReactNode, useRef, useState } from 'react'
import {
  fromDrop,
  fromInput,
  type Picked,
  type Selection,
  selectModelFiles,
  startTransfer,
  uploadToContinue,
  useTransfer,
} from '../../files/index.js'
import { Button, cx, ErrorState, errorText, formatBytes, Notice, plural } from '../../ui/index.js'
import { useFolderUploads } from '../api.js'
import { EarlierUploads } from './earlier-uploads.js'
import { UploadProgress } from './upload-progress.js'

interface UploadModelProps {
  /** What it holds is shown already. */
  inspected: boolean
  /** The folder lies complete on the server. */
  onComplete(path: string): void
}

export function UploadModel({ inspected, onComplete }: UploadModelProps) {
  const transfer = useTransfer((store) => store.transfer)
  const uploads = useFolderUploads()
  const [selection, setSelection] = useState<Selection | null>(null)
  const [failure, setFailure] = useState<unknown>(null)

  const choose = (picked: readonly Picked[]) => {
    if (picked.length === 0) return
    setFailure(null)
    setSelection(selectModelFiles(picked))
  }
  const send = async (chosen: Selection, existing: FolderUpload | null) => {
    setFailure(null)
    try {
      await startTransfer(chosen.name || 'uploaded model', chosen.files, existing)
      setSelection(null)
    } catch (error) {
      setFailure(error)
    }
  }

  if (transfer) return <UploadProgress transfer={transfer} onUse={inspected ? null : onComplete} />
  return (
    <div className="space-y-4">
      <DropArea onPicked={choose} onFailure={setFailure} />
      {selection && (
        <Chosen
          selection={selection}
          existing={uploadToContinue(selection.files, uploads.data ?? [])}
          onSend={(existing) => void send(selection, existing)}
        />
      )}
      {failure !== null && (
        <Notice tone="red" icon={TriangleAlert} title="It cannot be uploaded">
          {errorText(failure)}
        </Notice>
      )}
      {uploads.error && !uploads.data ? (
        <ErrorState error={uploads.error} onRetry={() => void uploads.refetch()} />
      ) : (
        <EarlierUploads uploads={uploads.data ?? []} onUse={onComplete} />
      )}
    </div>
  )
}

interface DropAreaProps {
  onPicked(picked: readonly Picked[]): void
  onFailure(error: unknown): void
}

function DropArea({ onPicked, onFailure }: DropAreaProps) {
  const [over, setOver] = useState(false)
  return (
    <section
      aria-label="Upload a model"
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault()
        setOver(false)
        fromDrop(event.dataTransfer).then(onPicked, onFailure)
      }}
      className={cx(
        'flex flex-col items-center gap-3 rounded-lg border border-dashed p-8 text-center',
        over ? 'border-tone-emerald bg-tone-emerald/10' : 'border-line-strong',
      )}
    >
      <UploadIcon className="size-8 text-muted" aria-hidden />
      <p className="text-sm">
        Drop the folder of a model here: config.json, tokenizer and *.safetensors or an ONNX export. A broken upload can
        go on later.
      </p>
      <div className="flex flex-wrap justify-center gap-2">
        <PickButton label="Folder of a model" folder onPicked={onPicked}>
          Choose folder
        </PickButton>
        <PickButton label="Files of a model" onPicked={onPicked}>
          Choose files
        </PickButton>
      </div>
    </section>
  )
}

interface PickButtonProps {
  label: string
  folder?: boolean
  onPicked(picked: readonly Picked[]): void
  children: ReactNode
}

function PickButton({ label, folder = false, onPicked, children }: PickButtonProps) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <input
        ref={input}
        type="file"
        multiple
        {...(folder ? { webkitdirectory: '' } : {})}
        aria-label={label}
        className="sr-only"
        tabIndex={-1}
        onChange={(event) => {
          onPicked(fromInput(event.target.files))
          event.target.value = ''
        }}
      />
      <Button icon={folder ? FolderUp : UploadIcon} onClick={() => input.current?.click()}>
        {children}
      </Button>
    </>
  )
}

interface ChosenProps {
  selection: Selection
  existing: FolderUpload | null
  onSend(existing: FolderUpload | null): void
}

/** What would be sent, what is left out, and the button that begins. */
function Chosen({ selection, existing, onSend }: ChosenProps) {
  const { files, bytes, leftOut, problem, name } = selection
  const there = existing?.files.reduce((sum, { received }) => sum + received, 0) ?? 0
  if (problem !== null)
    return (
      <Notice tone="red" icon={TriangleAlert} title="This is not a model that can be used">
        {problem}
      </Notice>
    )
  return (
    <div className="flex flex-wrap items-center justify-between gap-4 rounded-lg border border-line p-4">
      <div className="min-w-0 text-sm">
        <p className="truncate text-heading">
          {name || 'Chosen files'}: {plural(files.length, 'file')}, {formatBytes(bytes)}
        </p>
        {existing && <p className="text-muted">{formatBytes(there)} are on the server already.</p>}
        {leftOut.length > 0 && (
          <p className="text-muted" title={leftOut.map((file) => `${file.name}: ${file.reason}`).join('\n')}>
            Left out:{' '}
            {leftOut
              .slice(0, 3)
              .map((file) => `${file.name} (${file.reason})`)
              .join(', ')}
            {leftOut.length > 3 && ` and ${leftOut.length - 3} more`}
          </p>
        )}
      </div>
      <Button kind="primary" icon={UploadIcon} onClick={() => onSend(existing)}>
        {existing ? 'Continue upload' : 'Start upload'}
      </Button>
    </div>
  )
}
