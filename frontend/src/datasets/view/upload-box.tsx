// Choosing and sending a file from this computer, by button or drop, with progress and a way to stop it.
import type { Upload } from '@mistudio/contracts'
import UploadIcon from 'lucide-react/icons/upload'
import { useEffect, useRef, useState } from 'react'
import { Button, cx, errorText, formatBytes, formatPercent, Notice, ProgressBar } from '../../ui/index.js'
import { uploadFile } from '../upload.js'

interface UploadBoxProps {
  onUploaded(upload: Upload): void
  /** Another file is about to be sent. */
  onReset(): void
}
interface Sending {
  file: File
  share: number
  done: boolean
}

export function UploadBox({ onUploaded, onReset }: UploadBoxProps) {
  const input = useRef<HTMLInputElement>(null)
  const abort = useRef<AbortController | null>(null)
  const [sending, setSending] = useState<Sending | null>(null)
  const [failure, setFailure] = useState<string | null>(null)
  const [over, setOver] = useState(false)
  useEffect(() => () => abort.current?.abort(), [])

  const send = async (file: File | undefined) => {
    if (!file) return
    abort.current?.abort()
    const control = new AbortController()
    abort.current = control
    onReset()
    setFailure(null)
    setSending({ file, share: 0, done: false })
    try {
      const upload = await uploadFile(file, (share) => setSending({ file, share, done: false }), control.signal)
      setSending({ file, share: 1, done: true })
      onUploaded(upload)
    } catch (error) {
      if (abort.current !== control) return
      setSending(null)
      setFailure(errorText(error))
    }
  }
  const busy = sending !== null && !sending.done
  return (
    <section
      aria-label="Upload a file"
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault()
        setOver(false)
        void send(event.dataTransfer.files[0])
      }}
      className={cx(
        'rounded-lg border border-dashed p-8 text-center',
        over ? 'border-tone-emerald bg-tone-emerald/10' : 'border-line-strong',
      )}
    >
      <input
        ref={input}
        type="file"
        aria-label="File to upload"
        accept=".jsonl,.ndjson,.json,.csv,.tsv,.txt,.parquet,.gz"
        className="sr-only"
        tabIndex={-1}
        onChange={(event) => {
          void send(event.target.files?.[0])
          event.target.value = ''
        }}
      />
      {sending ? (
        <div className="mx-auto max-w-md space-y-2 text-left">
          <p className="flex justify-between gap-4 text-sm">
            <span className="truncate text-heading">{sending.file.name}</span>
            <span className="shrink-0 text-muted tabular-nums">
              {formatBytes(sending.file.size)} · {sending.done ? 'sent' : formatPercent(sending.share, 0)}
            </span>
          </p>
          <ProgressBar fraction={sending.share} tone="blue" label={`Sending ${sending.file.name}`} />
          {busy ? (
            <Button size="sm" onClick={() => abort.current?.abort()}>
              Cancel upload
            </Button>
          ) : (
            <Button size="sm" onClick={() => input.current?.click()}>
              Choose another file
            </Button>
          )}
        </div>
      ) : (
        <div className="flex flex-col items-center gap-3">
          <UploadIcon className="size-8 text-muted" aria-hidden />
          <p className="text-sm">Drop a file here, or choose one. It is kept until the import takes it.</p>
          <Button onClick={() => input.current?.click()}>Choose file</Button>
        </div>
      )}
      {failure && (
        <Notice tone="red" className="mt-4 text-left">
          {failure}
        </Notice>
      )}
    </section>
  )
}
