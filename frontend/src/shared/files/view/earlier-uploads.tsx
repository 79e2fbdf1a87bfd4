// Uploads that lie on the server without being in use: finished ones can be used, unfinished ones say how to go on.
import type { FolderUpload } from '@mistudio/contracts'
import { useState } from 'react'
import { Button, ConfirmDialog, formatBytes, formatPercent, formatRelative } from '../../../ui/index.js'
import { removeUpload } from '../upload/transfer.js'

interface EarlierUploadsProps {
  uploads: readonly FolderUpload[]
  onUse(upload: FolderUpload): void
}

export function EarlierUploads({ uploads, onUse }: EarlierUploadsProps) {
  const [removing, setRemoving] = useState<FolderUpload | null>(null)
  const open = uploads.filter(({ modelId, datasetId }) => modelId === null && datasetId === null)
  if (open.length === 0) return null
  return (
    <section aria-label="Earlier uploads">
      <h3 className="mb-2 text-sm font-medium text-heading">Earlier uploads</h3>
      <ul className="divide-y divide-line rounded-lg border border-line">
        {open.map((upload) => (
          <li key={upload.id} className="flex flex-wrap items-center gap-3 px-4 py-2.5 text-sm">
            <span className="min-w-0 flex-1">
              <span className="block truncate text-heading">{upload.name}</span>
              <span className="text-xs text-muted">{describe(upload)}</span>
            </span>
            {upload.complete && (
              <Button size="sm" onClick={() => onUse(upload)}>
                Use
              </Button>
            )}
            <Button size="sm" kind="ghost" onClick={() => setRemoving(upload)}>
              Remove
            </Button>
          </li>
        ))}
      </ul>
      {removing && (
        <ConfirmDialog
          open
          onClose={() => setRemoving(null)}
          verb="Remove"
          kind="upload"
          name={removing.name}
          goes={[`${formatBytes(bytesOf(removing).received)} on the server`]}
          onConfirm={() => removeUpload(removing.id)}
        />
      )}
    </section>
  )
}

const bytesOf = ({ files }: FolderUpload): { received: number; size: number } => ({
  received: files.reduce((sum, file) => sum + file.received, 0),
  size: files.reduce((sum, file) => sum + file.size, 0),
})

function describe(upload: FolderUpload): string {
  const { received, size } = bytesOf(upload)
  const when = formatRelative(upload.touchedAt)
  if (upload.complete) return `${formatBytes(size)}, complete, ${when}`
  return `${formatPercent(received / size, 0)} of ${formatBytes(size)}, ${when}. Choose the same ${upload.purpose === 'dataset' ? 'file' : 'files'} again to go on.`
}
