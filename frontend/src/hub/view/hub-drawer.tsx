// One repository: revision, what it holds, what it costs, and the download.
import type { HubInspectionAnswer, Precision } from '@mistudio/contracts'
import CloudDownload from 'lucide-react/icons/cloud-download'
import TriangleAlert from 'lucide-react/icons/triangle-alert'
import { type FormEvent, useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { draftProblem, PrecisionChoice, type PrecisionDraft, startPrecision } from '../../models/index.js'
import {
  Button,
  ConfirmDialog,
  Dialog,
  ErrorState,
  Facts,
  Field,
  formatBytes,
  formatCount,
  Input,
  Notice,
  nextStep,
  Skeleton,
} from '../../ui/index.js'
import { startDownload, useHubInspection } from '../api.js'
import { downloadProblem, memoryLine, revisionProblem, shortCommit, transferLine } from '../prepare.js'
import { HubFiles } from './hub-files.js'

export function HubDrawer({ repo, asked, onClose }: { repo: string; asked: string; onClose(): void }) {
  const [revision, setRevision] = useState(asked)
  const inspection = useHubInspection(repo, revision)
  const found = inspection.data
  const [chosen, setChosen] = useState<PrecisionDraft | null>(null)
  const memory = found?.model?.memory
  const draft = chosen ?? (memory ? startPrecision(memory) : null)
  const problem = memory && draft && draftProblem(memory, draft) ? 'See why the precision cannot be had.' : null
  const download = found && <DownloadButton found={found} precision={draft?.precision ?? 'float32'} problem={problem} />
  return (
    <Dialog open onClose={onClose} side title={repo} footer={download}>
      <div className="space-y-5">
        <RevisionField revision={revision} onChange={setRevision} />
        {inspection.error ? (
          <ErrorState error={inspection.error} onRetry={() => void inspection.refetch()} />
        ) : found ? (
          <>
            <Found found={found} />
            {memory && draft && !found.registered && (
              <PrecisionChoice memory={memory} draft={draft} onDraft={setChosen} />
            )}
          </>
        ) : (
          <Skeleton className="h-64" />
        )}
      </div>
    </Dialog>
  )
}

function RevisionField({ revision, onChange }: { revision: string; onChange(revision: string): void }) {
  const [text, setText] = useState(revision)
  const problem = revisionProblem(text)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!problem) onChange(text.trim())
  }
  return (
    <form onSubmit={submit} className="flex items-end gap-3">
      <Field label="Revision" hint="A branch, a tag or a commit." error={problem} className="flex-1">
        <Input value={text} onChange={(event) => setText(event.target.value)} className="font-mono" />
      </Field>
      {text.trim() !== revision && (
        <Button type="submit" className="mb-5" disabledReason={problem}>
          Look
        </Button>
      )}
    </form>
  )
}

function Found({ found }: { found: HubInspectionAnswer }) {
  const { model, problem, registered } = found
  return (
    <>
      {problem && (
        <Notice tone="red" icon={TriangleAlert} title="It cannot be added now">
          {problem.message} {nextStep(problem)}
        </Notice>
      )}
      {registered && (
        <Notice tone="emerald" title="Already added">
          This commit is{' '}
          <Link to={`/models/${registered.id}`} className="text-tone-emerald underline">
            {registered.name}
          </Link>
          .
        </Notice>
      )}
      {found.from === 'cache' && (
        <Notice tone="amber" title="The hub cannot be reached">
          This is what the Hugging Face cache of this computer holds.
        </Notice>
      )}
      <Facts
        rows={[
          [
            'Commit',
            <span key="commit" className="font-mono text-xs" title={found.commit}>
              {shortCommit(found.commit)} (pinned)
            </span>,
          ],
          ['Licence', found.licence ?? (found.from === 'cache' ? 'not known offline' : 'not stated')],
          ['Access', accessText(found)],
          ...(model ? modelFacts(model) : []),
          ['Transfer', transferLine(found)],
          ['Free on the disk', formatBytes(found.freeBytes)],
          [
            'Page',
            <a key="page" href={found.page} target="_blank" rel="noreferrer" className="underline">
              {found.page}
            </a>,
          ],
        ]}
      />
      <HubFiles found={found} />
    </>
  )
}

const modelFacts = (model: NonNullable<HubInspectionAnswer['model']>): [string, string][] => [
  ['Architecture', `${model.architecture} (supported), ${model.layers} layers, width ${model.dModel}`],
  ['Parameters', formatCount(model.parameters)],
  ['Memory', memoryLine(model.memory)],
]

const accessText = ({ gated, private: closed }: HubInspectionAnswer): string => {
  if (closed) return 'private'
  if (gated === 'no') return 'open'
  return gated === 'auto' ? 'gated: accept the licence on its page' : 'gated: its owners decide who may read it'
}

interface DownloadProps {
  found: HubInspectionAnswer
  precision: Precision
  /** What speaks against the precision. */
  problem: string | null
}

function DownloadButton({ found, precision, problem }: DownloadProps) {
  const [asking, setAsking] = useState(false)
  const navigate = useNavigate()
  const name = found.repo.slice(found.repo.lastIndexOf('/') + 1)
  return (
    <>
      <Button
        kind="primary"
        icon={CloudDownload}
        disabledReason={downloadProblem(found) ?? problem}
        showReason
        onClick={() => setAsking(true)}
      >
        Download and register
      </Button>
      <ConfirmDialog
        open={asking}
        onClose={() => setAsking(false)}
        harmless
        verb="Download"
        kind="model"
        name={found.repo}
        onConfirm={async () => {
          const model = await startDownload(found.repo, found.commit, name, precision)
          await navigate(`/models/${model.id}`)
        }}
      >
        {transferLine(found)} {formatBytes(found.freeBytes)} are free. The files are checked against the hub’s hashes,
        then the model is run once on a sample text. It can be paused; cancelling leaves nothing.
      </ConfirmDialog>
    </>
  )
}
