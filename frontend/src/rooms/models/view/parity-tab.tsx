// The parity report: what was checked, with figure, limit and explanation; as a file, and run again.
import { type Model, type ParityReport, paritySummary, TERMINAL_STATES } from '@mistudio/contracts'
import Download from 'lucide-react/icons/download'
import RotateCcw from 'lucide-react/icons/rotate-ccw'
import ShieldCheck from 'lucide-react/icons/shield-check'
import TriangleAlert from 'lucide-react/icons/triangle-alert'
import { useState } from 'react'
import { useSend } from '../../../data/index.js'
import { JobActions } from '../../../jobs/view/job-actions.js'
import { JobProgress } from '../../../jobs/view/job-progress.js'
import { useLiveStatus } from '../../../live/index.js'
import {
  Badge,
  Button,
  Card,
  EmptyState,
  ErrorState,
  errorText,
  Facts,
  formatBytes,
  formatDateTime,
  formatDuration,
  Notice,
  nextStep,
  SkeletonList,
  Toggle,
} from '../../../ui/index.js'
import { parityFileUrl, useParityReport } from '../api.js'
import { paritySections, parityWords } from '../parity.js'
import { isExport } from '../prepare.js'
import { ParityTable } from './parity-table.js'

export function ParityTab({ model }: { model: Model }) {
  const verify = useSend('verifyModel')
  const { parity, job } = model
  const running = job !== null && !TERMINAL_STATES.includes(job.state)
  const again = (
    <Button
      icon={RotateCcw}
      busy={verify.isPending}
      disabledReason={running ? 'The checks are running.' : null}
      onClick={() => verify.mutate({ params: { id: model.id } })}
    >
      {parity ? 'Run again' : 'Run the checks'}
    </Button>
  )
  return (
    <div className="space-y-5">
      {running && job && (
        <Card title="The checks are running" actions={<JobActions job={job} size="sm" />}>
          <JobProgress job={job} tone="purple" label="Checking the model" />
        </Card>
      )}
      {job?.state === 'failed' && (
        <Notice tone="red" icon={TriangleAlert} title="The checks could not be finished">
          {job.error && `${job.error.message} ${nextStep(job.error) ?? ''}`} The report below is the one before.
        </Notice>
      )}
      {verify.error && (
        <Notice tone="red" icon={TriangleAlert} title="The checks could not be started">
          {errorText(verify.error)}
        </Notice>
      )}
      {parity ? (
        <Report model={model} again={again} />
      ) : (
        !running && (
          <EmptyState icon={ShieldCheck} action={again}>
            A parity report says whether this model computes what it should. This model was added before reports were
            made.
          </EmptyState>
        )
      )}
    </div>
  )
}

function Report({ model, again }: { model: Model; again: React.ReactNode }) {
  const report = useParityReport(model.id)
  const since = useLiveStatus((s) => s.lastContact)
  if (report.error) return <ErrorState error={report.error} since={since} onRetry={() => void report.refetch()} />
  if (!report.data) return <SkeletonList className="h-40" />
  return <ReportView model={model} report={report.data} again={again} />
}

function ReportView({ model, report, again }: { model: Model; report: ParityReport; again: React.ReactNode }) {
  const [failedOnly, setFailedOnly] = useState(false)
  const { failed, ...others } = paritySummary(report)
  const { text, tone } = parityWords({ failed, ...others })
  return (
    <>
      <Card
        title={
          <span className="flex flex-wrap items-center gap-3">
            Parity report
            <Badge tone={tone} icon={tone === 'emerald' ? ShieldCheck : TriangleAlert}>
              {text}
            </Badge>
          </span>
        }
        description={`Made ${formatDateTime(report.startedAt)} in ${formatDuration(report.seconds)}`}
        actions={
          <>
            <a
              href={parityFileUrl(model.id)}
              download
              className="inline-flex h-9 items-center gap-2 rounded-lg bg-secondary px-4 text-sm font-medium text-on-secondary hover:bg-secondary-hover"
            >
              <Download className="size-4" aria-hidden />
              Download report
            </a>
            {model.status === 'ready' && again}
          </>
        }
      >
        <div className="grid gap-x-10 gap-y-2 lg:grid-cols-2">
          <Facts
            rows={[
              ['Runtime', report.environment.runtime],
              ['Precision', isExport(model) ? 'as exported' : report.environment.precision],
              ['Threads', String(report.environment.threads)],
            ]}
          />
          <Facts
            rows={[
              ['Processor', report.environment.cpu],
              ['Platform', report.environment.platform],
              ['miStudio', `${report.environment.product} on Node.js ${report.environment.node}`],
            ]}
          />
        </div>
        {failed > 0 && (
          <div className="mt-4">
            <Toggle checked={failedOnly} onChange={setFailedOnly} label={`Only the ${failed} that failed`} />
          </div>
        )}
      </Card>
      {paritySections(report, failedOnly && failed > 0).map((section) => (
        <Card key={section.group} title={section.title} description={section.explanation}>
          {section.rows.length > 0 && <ParityTable label={section.title} rows={section.rows} />}
          {section.skipped.map((reason) => (
            <p key={reason} className="mt-3 text-sm text-muted">
              Not checked: {reason}
            </p>
          ))}
        </Card>
      ))}
      <Files report={report} />
    </>
  )
}

function Files({ report }: { report: ParityReport }) {
  return (
    <Card title="Files" description="What the checks were run on, as it was read.">
      <ul className="space-y-1.5 text-xs">
        {report.model.files.map(({ name, bytes, sha256 }) => (
          <li key={name} className="grid gap-x-4 sm:grid-cols-[minmax(160px,auto)_80px_minmax(0,1fr)]">
            <span className="font-mono text-heading">{name}</span>
            <span className="text-muted tabular-nums">{formatBytes(bytes)}</span>
            <span className="truncate font-mono text-muted" title={sha256}>
              SHA-256 {sha256}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  )
}
