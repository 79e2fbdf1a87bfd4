// One repository: revision, what it holds, what it costs, and the download.
import type { HubInspectionAnswer, Precision } from '@mistudio/contracts'
import CloudDownload from 'lucide-react/icons/cloud-download'
import TriangleAlert from 'lucide-react/icons/triangle-alert'
import { type FormEvent, useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { places } from '../../../places/index.js'
import { draftProblem, PrecisionChoice, type PrecisionDraft, startPrecision } from '../../../shared/precision/index.js'
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
  Select,
  Skeleton,
} from '../../../ui/index.js'
import { startDownload, useHubInspection } from '../api.js'
import {
  downloadProblem,
  graphOfOption,
  memoryLine,
  optionOfGraph,
  revisionProblem,
  shortCommit,
  transferLine,
  variantOptions,
} from '../prepare.js'
import { HubFiles } from './hub-files.js'

export function HubDrawer({ repo, asked, onClose }: { repo: string; asked: string; onClose(): void }) {
  const [revision, setRevision] = useState(asked)
  const [graph, setGraph] = useState<string | null>(null)
  const inspection = useHubInspection(repo, revision, graph)
  const found = inspection.data
  const [chosen, setChosen] = useState<PrecisionDraft | null>(null)
  const memory = found?.model?.memory
  const draft = chosen ?? (memory ? startPrecision(memory) : null)
  const exported = found !== undefined && found.graph !== null
  const precision = exported ? 'float32' : (draft?.precision ?? 'float32')
  const problem = inspection.isPlaceholderData
    ? 'Looking at this graph …'
    : !exported && memory && draft && draftProblem(memory, draft)
      ? 'See why the precision cannot be had.'
      : null
  const download = found && <DownloadButton found={found} precision={precision} problem={problem} />
  const look = (next: string) => {
    setRevision(next)
    setGraph(null)
  }
  return (
    <Dialog open onClose={onClose} side title={repo} footer={download}>
      <div className="space-y-5">
        <RevisionField revision={revision} onChange={look} />
        {inspection.error ? (
          <ErrorState error={inspection.error} onRetry={() => void inspection.refetch()} />
        ) : found ? (
          <>
            <VariantField found={found} graph={graph ?? found.variants[0]?.graph ?? null} onChange={setGraph} />
            <Found found={found} />
            {memory && draft && !exported && !found.registered && (
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

interface VariantProps {
  found: HubInspectionAnswer
  graph: string | null
  onChange(graph: string | null): void
}

/** Which weights to take, where a repository has several or only an ONNX export. */
function VariantField({ found, graph, onChange }: VariantProps) {
  if (found.variants.length < 2 && graph === null) return null
  const hint =
    graph === null
      ? 'Its graph is built here: every site, a cache for generation, any precision.'
      : 'Runs as it was exported: sites are found in its graph, and generation runs the whole text for every token.'
  return (
    <Field label="Weights" hint={hint}>
      <Select
        value={optionOfGraph(graph)}
        onChange={(option) => onChange(graphOfOption(option))}
        options={variantOptions(found)}
      />
    </Field>
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
          {found.graph === null ? 'This commit is' : `${found.graph} of this commit is`}{' '}
          <Link to={places.model({ id: registered.id })} className="text-tone-emerald underline">
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
          ...(model ? modelFacts(model, found.graph) : []),
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

const modelFacts = (model: NonNullable<HubInspectionAnswer['model']>, graph: string | null): [string, string][] => [
  ...(graph === null ? [] : [['ONNX export', graph] satisfies [string, string]]),
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
          const model = await startDownload(found, name, precision)
          await navigate(places.model({ id: model.id }))
        }}
      >
        {transferLine(found)} {formatBytes(found.freeBytes)} are free. The files are checked against the hub’s hashes,
        then the model is run once on a sample text. It can be paused; cancelling leaves nothing.
      </ConfirmDialog>
    </>
  )
}
