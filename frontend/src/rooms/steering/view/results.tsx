// Unsteered and steered texts side by side: streamed while they are written, then tinted by feature or with changed words marked.
import { type Steering, subjectChannel, wasCutOff } from '@mistudio/contracts'
import TriangleAlert from 'lucide-react/icons/triangle-alert'
import { useState } from 'react'
import { JobProgress } from '../../../jobs/view/job-progress.js'
import { isActive, useJobEvents } from '../../../live/index.js'
import { RunPrecision } from '../../../shared/precision/index.js'
import { CopyButton, cx, Notice, nextStep, Select } from '../../../ui/index.js'
import { variantTitle } from '../prepare.js'
import { appendEvents, type Streamed } from '../stream.js'
import { DoneColumn, StreamedColumn } from './columns.js'
import { SaveExperiment } from './save-experiment.js'

export type Mark = `feature-${number}` | 'words' | 'probability' | 'none'

export function Results({ steering }: { steering: Steering }) {
  const { job, request, result } = steering
  const [streamed, setStreamed] = useState<Streamed>([])
  const [mark, setMark] = useState<Mark>('words')
  const stream = useJobEvents(result ? null : (job?.id ?? null), subjectChannel('steering', steering.id), {
    active: isActive(job),
    onEvents: (events) => setStreamed((before) => appendEvents(before, events)),
  })
  const features = [...new Set(request.variants.flatMap((one) => one.features.map((feature) => feature.index)))]
  const titles = ['Without steering', ...request.variants.map((one) => variantTitle(one.features))]
  const columnsOf = titles.map((title, row) => ({ key: `${row}:${title}`, title }))
  const failed = job?.state === 'failed'
  const columns = cx(
    'grid gap-4',
    titles.length === 1
      ? ''
      : titles.length === 2 || titles.length === 4
        ? 'md:grid-cols-2'
        : 'md:grid-cols-2 2xl:grid-cols-3',
  )
  return (
    <div className="min-w-0 space-y-4">
      <div className="flex flex-wrap items-center justify-between gap-3">
        {result ? (
          <span className="flex items-center gap-2 text-sm text-body">
            Mark
            <Select<Mark>
              aria-label="Mark"
              value={mark}
              onChange={setMark}
              className="w-48"
              options={[
                { value: 'words', label: 'words that changed' },
                ...features.map((index) => ({ value: `feature-${index}` as const, label: `activation of #${index}` })),
                { value: 'probability', label: 'unlikely tokens' },
                { value: 'none', label: 'nothing' },
              ]}
            />
          </span>
        ) : (
          <span />
        )}
        <span className="flex flex-wrap items-center gap-2">
          <RunPrecision precision={steering.precision} modelId={steering.modelId} />
          <CopyButton text={JSON.stringify(request, null, 2)} label="Copy recipe" />
          {result && <SaveExperiment steering={steering} />}
        </span>
      </div>
      {job && isActive(job) && <JobProgress job={job} label="Generating" />}
      {failed && (
        <Notice tone="red" icon={TriangleAlert} title="Generating failed">
          {job.error?.message} {job.error && nextStep(job.error)}
        </Notice>
      )}
      {job?.state === 'cancelled' && (
        <Notice tone="slate">Cancelled. Text that had been written is shown below.</Notice>
      )}
      {wasCutOff(steering.result) && (
        <Notice tone="slate">Stopped: the texts are as far as they had been written.</Notice>
      )}
      {stream.status === 'failed' && !result && (
        <Notice tone="amber">The stream broke off; it is picked up again by itself.</Notice>
      )}
      <div className={columns}>
        {columnsOf.map((column, row) => {
          const { title } = column
          const completion = result?.completions.find((one) =>
            one.variant === null ? row === 0 : one.variant === row - 1,
          )
          return completion && result ? (
            <DoneColumn key={column.key} title={title} completion={completion} all={result.completions} mark={mark} />
          ) : (
            <StreamedColumn
              key={column.key}
              title={title}
              prompt={request.messages ? '' : request.prompt}
              row={streamed[row]}
              waiting={isActive(job)}
            />
          )
        })}
      </div>
      <p className="text-xs text-muted">
        Seed {request.sampling.seed}, temperature {request.sampling.temperature}, top p {request.sampling.topP}, top k{' '}
        {request.sampling.topK}, min p {request.sampling.minP}, repetition penalty {request.sampling.repetitionPenalty},
        up to {request.sampling.maxTokens} tokens
        {request.stop.length > 0 && `, stopping at ${request.stop.map((stop) => JSON.stringify(stop)).join(' or ')}`}
        {request.scope === 'all' ? '' : `, features steered in the ${request.scope} only`}. Every column starts from
        this seed.
      </p>
    </div>
  )
}
