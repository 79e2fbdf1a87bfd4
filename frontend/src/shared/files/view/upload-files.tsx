// Files from this computer, the folder of a model or an SAE or the file of a dataset: choose or drop, send with progress, go on with what was
// begun before.
import type { FolderUpload, UploadPurpose } from '@mistudio/contracts'
import FolderUp from 'lucide-react/icons/folder-up'
import TriangleAlert from 'lucide-react/icons/triangle-alert'
import UploadIcon from 'lucide-react/icons/upload'
import { type ReactNode, useRef, useState } from 'react'
import { useFolderUploads } from '../../../data/index.js'
import { Button, cx, ErrorState, errorText, formatBytes, Notice, plural } from '../../../ui/index.js'
import { fromDrop, fromInput, unpacked } from '../upload/picked.js'
import { selectSaeFiles } from '../upload/select-sae.js'
import {
  type Picked,
  type Selection,
  selectDatasetFile,
  selectModelFiles,
  uploadToContinue,
} from '../upload/selection.js'
import { startTransfer, useTransfer } from '../upload/transfer.js'
import { EarlierUploads } from './earlier-uploads.js'
import { UploadProgress } from './upload-progress.js'

/** What differs between the folders that are taken. */
const PURPOSES = {
  model: {
    thing: 'a model',
    folders: true,
    select: selectModelFiles,
    fallback: 'uploaded model',
    drop: 'Drop the folder of a model here: config.json, tokenizer and *.safetensors or an ONNX export. A broken upload can go on later.',
  },
  sae: {
    thing: 'an SAE',
    folders: true,
    select: selectSaeFiles,
    fallback: 'uploaded SAE',
    drop: 'Drop the folder of an SAE here: cfg.json with sae_weights.safetensors, params.npz of Gemma Scope, and the like, also as the .zip that Export made. A broken upload can go on later.',
  },
  dataset: {
    thing: 'a dataset',
    folders: false,
    select: selectDatasetFile,
    fallback: 'uploaded dataset',
    drop: 'Drop a file of texts here: JSON Lines, JSON, CSV, plain text, also gzipped, or Parquet. A broken upload can go on later.',
  },
} as const

interface UploadFilesProps {
  purpose: UploadPurpose
  /** What it holds is shown already. */
  inspected: boolean
  /** All of it lies complete on the server. */
  onComplete(upload: FolderUpload): void
}

export function UploadFiles({ purpose, inspected, onComplete }: UploadFilesProps) {
  const words = PURPOSES[purpose]
  const transfer = useTransfer((store) => store.transfer)
  const uploads = useFolderUploads()
  const own = (uploads.data ?? []).filter((upload) => upload.purpose === purpose)
  const [selection, setSelection] = useState<Selection | null>(null)
  const [failure, setFailure] = useState<unknown>(null)

  const choose = async (picked: readonly Picked[]) => {
    if (picked.length === 0) return
    setFailure(null)
    setSelection(null)
    try {
      // A dataset's file is sent as it is: the server reads what is packed.
      setSelection(words.select(words.folders ? await unpacked(picked) : picked))
    } catch (error) {
      setFailure(error)
    }
  }
  const send = async (chosen: Selection, existing: FolderUpload | null) => {
    setFailure(null)
    try {
      await startTransfer(purpose, chosen.name || words.fallback, chosen.files, existing)
      setSelection(null)
    } catch (error) {
      setFailure(error)
    }
  }

  if (transfer && transfer.upload.purpose !== purpose)
    return (
      <Notice tone="amber" title={`“${transfer.upload.name}” is being uploaded`}>
        One upload runs at a time. Wait until it has finished, or cancel it where it was started.
      </Notice>
    )
  if (transfer) return <UploadProgress transfer={transfer} onUse={inspected ? null : onComplete} />
  return (
    <div className="space-y-4">
      <DropArea words={words} onPicked={(picked) => void choose(picked)} onFailure={setFailure} />
      {selection && (
        <Chosen
          selection={selection}
          thing={words.thing}
          existing={uploadToContinue(selection.files, own)}
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
        <EarlierUploads uploads={own} onUse={onComplete} />
      )}
    </div>
  )
}

interface DropAreaProps {
  words: (typeof PURPOSES)[UploadPurpose]
  onPicked(picked: readonly Picked[]): void
  onFailure(error: unknown): void
}

function DropArea({ words, onPicked, onFailure }: DropAreaProps) {
  const [over, setOver] = useState(false)
  return (
    <section
      aria-label={`Upload ${words.thing}`}
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
      <p className="text-sm">{words.drop}</p>
      <div className="flex flex-wrap justify-center gap-2">
        {words.folders && (
          <PickButton label={`Folder of ${words.thing}`} folder onPicked={onPicked}>
            Choose folder
          </PickButton>
        )}
        <PickButton label={words.folders ? `Files of ${words.thing}` : `File of ${words.thing}`} onPicked={onPicked}>
          {words.folders ? 'Choose files' : 'Choose file'}
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
  thing: string
  existing: FolderUpload | null
  onSend(existing: FolderUpload | null): void
}

/** What would be sent, what is left out, and the button that begins. */
function Chosen({ selection, thing, existing, onSend }: ChosenProps) {
  const { files, bytes, leftOut, problem, name } = selection
  const there = existing?.files.reduce((sum, { received }) => sum + received, 0) ?? 0
  if (problem !== null)
    return (
      <Notice tone="red" icon={TriangleAlert} title={`This is not ${thing} that can be used`}>
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
