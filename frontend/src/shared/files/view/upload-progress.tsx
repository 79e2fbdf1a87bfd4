// A running upload: the whole with rate and time left, and every file with its hash once the server has all of it.
import type { FolderUpload, UploadedFile } from '@mistudio/contracts'
import Check from 'lucide-react/icons/check'
import TriangleAlert from 'lucide-react/icons/triangle-alert'
import { useState } from 'react'
import {
  Button,
  ConfirmDialog,
  formatBytes,
  formatLeft,
  formatPercent,
  Notice,
  ProgressBar,
} from '../../../ui/index.js'
import { rateOf, secondsLeft } from '../upload/pace.js'
import {
  cancelTransfer,
  dismissTransfer,
  pauseTransfer,
  resumeTransfer,
  sentBytes,
  type Transfer,
} from '../upload/transfer.js'

interface UploadProgressProps {
  transfer: Transfer
  /** Goes on with the complete folder; null when that has happened. */
  onUse: ((upload: FolderUpload) => void) | null
}

export function UploadProgress({ transfer, onUse }: UploadProgressProps) {
  const { upload, state, current, samples, problem } = transfer
  const [cancelling, setCancelling] = useState(false)
  const total = upload.files.reduce((sum, { size }) => sum + size, 0)
  const sent = sentBytes(transfer)
  const rate = state === 'sending' ? rateOf(samples) : null
  const eta = secondsLeft(total - sent, rate)
  const done = upload.files.filter(({ sha256 }) => sha256 !== null).length
  const still = state === 'paused' || state === 'failed'
  return (
    <section aria-label={`Upload of ${upload.name}`} className="space-y-3 rounded-lg border border-line p-4">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4 text-sm">
        <h3 className="min-w-0 truncate font-medium text-heading">{upload.name}</h3>
        <span className="text-muted tabular-nums">
          {[
            `${done} of ${upload.files.length} files`,
            `${formatBytes(sent)} of ${formatBytes(total)}`,
            rate !== null && `${formatBytes(rate)}/s`,
            eta !== null && state !== 'complete' && formatLeft(eta),
          ]
            .filter(Boolean)
            .join(' · ')}
        </span>
      </div>
      <ProgressBar
        fraction={sent / total}
        tone={still ? 'slate' : 'blue'}
        label={`Upload of ${upload.name}`}
        still={still}
      />
      {problem && (
        <Notice tone={state === 'failed' ? 'red' : 'amber'} icon={TriangleAlert}>
          {problem.message} {state === 'waiting' && 'It goes on by itself as soon as the server answers.'}
        </Notice>
      )}
      <ul className="space-y-1">
        {upload.files.map((file) => (
          <FileRow
            key={file.index}
            file={file}
            sending={current?.index === file.index ? current.bytes : 0}
            rate={rate}
          />
        ))}
      </ul>
      <div className="flex flex-wrap items-center justify-end gap-2">
        {(state === 'sending' || state === 'waiting') && (
          <p className="mr-auto text-xs text-muted">It goes on while you use other pages; keep this tab open.</p>
        )}
        {state === 'complete' ? (
          <>
            <Button onClick={dismissTransfer}>Upload another</Button>
            {onUse && (
              <Button kind="primary" onClick={() => onUse(upload)}>
                Look inside
              </Button>
            )}
          </>
        ) : (
          <>
            <Button onClick={() => setCancelling(true)}>Cancel upload</Button>
            {still ? (
              <Button kind="primary" onClick={resumeTransfer}>
                Continue
              </Button>
            ) : (
              <Button onClick={pauseTransfer}>Pause</Button>
            )}
          </>
        )}
      </div>
      <ConfirmDialog
        open={cancelling}
        onClose={() => setCancelling(false)}
        verb="Cancel"
        dismiss="Go on uploading"
        kind="upload"
        name={upload.name}
        goes={[`${formatBytes(sent)} that were sent`]}
        stays={['The files on this computer']}
        onConfirm={cancelTransfer}
      />
    </section>
  )
}

/** `sending`: bytes of the piece on its way. */
function FileRow({ file, sending, rate }: { file: UploadedFile; sending: number; rate: number | null }) {
  const { name, size, sha256 } = file
  const sent = Math.min(size, file.received + sending)
  const eta = sending > 0 ? secondsLeft(size - sent, rate) : null
  return (
    <li className="grid grid-cols-[1fr_auto] gap-x-4 text-sm">
      <span className="truncate font-mono text-xs text-body" title={name}>
        {name}
      </span>
      {sha256 ? (
        <span className="flex items-center gap-1.5 text-xs text-muted">
          <Check className="size-3.5 text-tone-emerald" aria-label="complete" />
          {formatBytes(size)} · sha256{' '}
          <code className="font-mono" title={sha256}>
            {sha256.slice(0, 12)}…
          </code>
        </span>
      ) : (
        <span className="text-xs text-muted tabular-nums">
          {formatBytes(sent)} of {formatBytes(size)} · {formatPercent(sent / size, 0)}
          {eta !== null && ` · ${formatLeft(eta)}`}
        </span>
      )}
      {!sha256 && sent > 0 && (
        <ProgressBar fraction={sent / size} tone="blue" label={`Sending ${name}`} className="col-span-2 mt-1 h-1" />
      )}
    </li>
  )
}
