// "Check this installation": what is expected on known truth, and what was found here.
import {
  CHECKED_SCORES,
  type CheckedArchitecture,
  type CheckedScore,
  type InstallationCheck,
  TERMINAL_STATES,
} from '@mistudio/contracts'
import CircleAlert from 'lucide-react/icons/circle-alert'
import CircleCheck from 'lucide-react/icons/circle-check'
import ShieldCheck from 'lucide-react/icons/shield-check'
import TriangleAlert from 'lucide-react/icons/triangle-alert'
import { useSend } from '../../../data/index.js'
import { JobActions } from '../../../jobs/view/job-actions.js'
import { JobProgress } from '../../../jobs/view/job-progress.js'
import {
  Button,
  Card,
  ErrorState,
  errorText,
  formatDateTime,
  formatDuration,
  formatNumber,
  Notice,
  nextStep,
  Skeleton,
  Table,
  Td,
  Th,
} from '../../../ui/index.js'
import { useNewestCheck } from '../api.js'
import { onScale, reportOf, scoreText } from '../prepare.js'

export function InstallationCheckCard() {
  const newest = useNewestCheck()
  const start = useSend('checkInstallation')
  const job = newest.data ?? null
  const running = job !== null && !TERMINAL_STATES.includes(job.state)
  const report = reportOf(job)
  return (
    <Card
      title="Check this installation"
      description="SAEs are trained on samples made of known features. It must find them as well as SAELens does."
      actions={
        running && job ? (
          <JobActions job={job} size="sm" />
        ) : (
          <Button icon={ShieldCheck} busy={start.isPending} onClick={() => start.mutate({})}>
            {report ? 'Check again' : 'Check now'}
          </Button>
        )
      }
    >
      {start.error && (
        <Notice tone="red" icon={TriangleAlert} title="The check could not be started">
          {errorText(start.error)}
        </Notice>
      )}
      {newest.error && !newest.data ? (
        <ErrorState error={newest.error} onRetry={() => void newest.refetch()} />
      ) : newest.isPending ? (
        <Skeleton />
      ) : running && job ? (
        <JobProgress job={job} tone="emerald" label="Checking this installation" />
      ) : job?.error ? (
        <Notice tone="red" icon={TriangleAlert} title="The check could not be finished">
          {job.error.message} {nextStep(job.error)}
        </Notice>
      ) : report ? (
        <Report report={report} />
      ) : (
        <p className="text-sm text-muted">
          Not checked yet. It trains a few small SAEs with the same code as your trainings and takes about a minute.
        </p>
      )}
    </Card>
  )
}

function Report({ report }: { report: InstallationCheck }) {
  const failed = report.architectures.filter(({ pass }) => !pass).length
  const { problem, reference } = report
  return (
    <div className="space-y-4">
      <p className="flex items-center gap-2 text-sm text-heading">
        <Verdict pass={report.pass} />
        {failed === 0
          ? 'Every architecture finds what is there.'
          : `${failed} of ${report.architectures.length} architectures find less than expected.`}
      </p>
      <Table label="What was found on known features">
        <thead>
          <tr>
            <Th>Architecture</Th>
            <Th>{CHECKED_SCORES.mcc.label}</Th>
            <Th>{CHECKED_SCORES.f1.label}</Th>
            <Th number>L0</Th>
            <Th number>Dead</Th>
            <Th number>Steps/s</Th>
          </tr>
        </thead>
        <tbody>
          {report.architectures.map((row) => (
            <Row key={row.architecture} row={row} />
          ))}
        </tbody>
      </Table>
      <p className="text-xs text-muted">
        {formatNumber(problem.samples)} samples of {problem.features} features in {problem.d} dimensions, on average{' '}
        {problem.trueL0.toFixed(2)} present; {formatNumber(report.steps)} steps of {report.batchSize}. The bar is where
        the mean of as many starts of {reference.library} would lie (± 3 standard errors, from {reference.starts}{' '}
        starts); the mark is the mean here, within or above it is right. {formatDateTime(report.startedAt)},{' '}
        {formatDuration(report.seconds)}, {report.threads} threads, {report.runtime}.
      </p>
    </div>
  )
}

function Row({ row }: { row: CheckedArchitecture }) {
  return (
    <tr>
      <Td>
        <span className="flex items-center gap-2">
          <Verdict pass={row.pass} />
          <span className="font-mono text-xs text-heading">{row.architecture}</span>
        </span>
      </Td>
      {row.scores.map((score) => (
        <Td key={score.name}>
          <Score score={score} />
        </Td>
      ))}
      <Td number>{row.l0.toFixed(2)}</Td>
      <Td number>{row.dead.toFixed(1)}</Td>
      <Td number>{formatNumber(Math.round(row.stepsPerSecond))}</Td>
    </tr>
  )
}

function Score({ score }: { score: CheckedScore }) {
  const scale = onScale(score)
  const percent = (share: number) => `${(share * 100).toFixed(1)}%`
  const text = `${CHECKED_SCORES[score.name].label} ${scoreText(score)}`
  return (
    <span className="flex items-center gap-3" title={`${text}. ${CHECKED_SCORES[score.name].explanation}`}>
      <span className={score.pass ? 'text-heading tabular-nums' : 'text-tone-red tabular-nums'}>
        {score.found.toFixed(3)}
      </span>
      <span className="relative h-3 w-28 shrink-0" role="img" aria-label={text}>
        <span className="absolute inset-x-0 top-1/2 h-px bg-line-strong" />
        <span
          className="absolute inset-y-0.5 rounded-sm bg-tile"
          style={{ left: percent(scale.from), right: percent(1 - scale.to) }}
        />
        <span
          className={`absolute inset-y-0 w-0.5 ${score.pass ? 'bg-tone-emerald' : 'bg-tone-red'}`}
          style={{ left: percent(scale.at) }}
        />
      </span>
      <span className="text-xs text-muted tabular-nums">
        {score.from.toFixed(2)}–{score.to.toFixed(2)}
      </span>
    </span>
  )
}

function Verdict({ pass }: { pass: boolean }) {
  const Icon = pass ? CircleCheck : CircleAlert
  return (
    <Icon
      className={pass ? 'size-4 shrink-0 text-tone-emerald' : 'size-4 shrink-0 text-tone-red'}
      aria-label={pass ? 'as expected' : 'less than expected'}
    />
  )
}
