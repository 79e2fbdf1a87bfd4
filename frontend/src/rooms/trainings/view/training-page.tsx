// One training: state, figures, curves, configuration, log, and what comes next.
import { isCrosscoder, type Training } from '@mistudio/contracts'
import ChartLine from 'lucide-react/icons/chart-line'
import Download from 'lucide-react/icons/download'
import Pencil from 'lucide-react/icons/pencil'
import StepForward from 'lucide-react/icons/step-forward'
import Trash2 from 'lucide-react/icons/trash-2'
import TriangleAlert from 'lucide-react/icons/triangle-alert'
import { useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { useDescribe, useExtractions } from '../../../data/index.js'
import { JobActions } from '../../../jobs/view/job-actions.js'
import { JobProgress } from '../../../jobs/view/job-progress.js'
import { About, DescribeDialog, ResourcePage } from '../../../kit/index.js'
import { isActive, useSubject } from '../../../live/index.js'
import { places } from '../../../places/index.js'
import { RunPrecision } from '../../../shared/precision/index.js'
import { summaryTiles } from '../../../shared/sae-figures/tiles.js'
import {
  Button,
  Card,
  ConfirmDialog,
  ErrorState,
  LinkButton,
  Notice,
  nextStep,
  Page,
  plural,
  QualityNotice,
  Stat,
  StatRow,
  StatusBadge,
  toast,
  usePlace,
} from '../../../ui/index.js'
import { deleteTraining, metricsFile, useTraining } from '../api.js'
import { useCurves } from '../curves.js'
import { liveTiles, problemsOf, trainingLine } from '../prepare.js'
import { Alerts } from './alerts.js'
import { Checkpoints } from './checkpoints.js'
import { Configuration } from './configuration.js'
import { CurveCharts } from './curve-charts.js'
import { ExtendDialog } from './extend-dialog.js'
import { TrainingLog } from './training-log.js'

const CRUMBS = [{ label: 'Training', to: places.trainings() }]

export function TrainingPage() {
  const [{ id = '' }] = usePlace(places.training)
  const training = useTraining(id)
  useSubject('training', id)
  return (
    <ResourcePage of={training} title="Training" crumbs={CRUMBS}>
      {(one) => <TrainingView key={id} training={one} />}
    </ResourcePage>
  )
}

function TrainingView({ training }: { training: Training }) {
  const { job, summary } = training
  const problems = problemsOf(training)
  const { curves, log, snapshot, tail } = useCurves(training)
  const [deleting, setDeleting] = useState(false)
  const [editing, setEditing] = useState(false)
  const [extending, setExtending] = useState(false)
  const tiles = summary ? summaryTiles(summary) : liveTiles(training)
  return (
    <Page
      title={training.name}
      crumbs={CRUMBS}
      state={
        <>
          {job && <StatusBadge status={job.state} warned={problems.length > 0} />}
          <RunPrecision precision={training.precision} modelId={training.modelId} />
        </>
      }
      subtitle={`${training.modelName} · ${training.datasetName} · ${trainingLine(training)}`}
      actions={
        <>
          {job && <JobActions job={job} />}
          <CompareLink training={training} />
          <Button icon={Pencil} onClick={() => setEditing(true)}>
            Edit
          </Button>
          {!isActive(job) && training.checkpoints.length > 0 && (
            <Button icon={StepForward} onClick={() => setExtending(true)}>
              Extend
            </Button>
          )}
          {!isActive(job) && (
            <Button icon={Trash2} onClick={() => setDeleting(true)}>
              Delete
            </Button>
          )}
        </>
      }
    >
      <div className="space-y-5">
        <About of={training} />
        {job && isActive(job) && (
          <Card>
            <JobProgress job={job} label={`Training ${training.name}`} />
          </Card>
        )}
        {job?.state === 'failed' && job.error && (
          <Notice tone="red" icon={TriangleAlert} title="The training failed">
            {job.error.message} {nextStep(job.error)}
          </Notice>
        )}
        <Alerts alerts={training.alerts} />
        <QualityNotice problems={problems} />
        <Origin training={training} />
        {training.saeId && summary && (
          <NextSteps saeId={training.saeId} crosscoder={isCrosscoder(training.params)} sound={problems.length === 0} />
        )}
        <section aria-label={summary ? 'Figures on held-out text' : 'Newest figures'}>
          {summary && (
            <p className="mb-2 text-sm text-muted">
              Measured on {summary.heldOutTokens.toLocaleString('en-US')} held-out tokens
              {summary.heldOutDocuments !== undefined && ` of ${plural(summary.heldOutDocuments, 'document')}`}, with 95
              % intervals over documents. Hover a figure for its definition.
            </p>
          )}
          <StatRow>
            {tiles.map((tile) => (
              <Stat key={tile.label} {...tile} />
            ))}
          </StatRow>
        </section>
        {snapshot.error && <ErrorState error={snapshot.error} onRetry={() => void snapshot.refetch()} />}
        {tail.status === 'failed' && (
          <Notice tone="amber">
            New values could not be fetched; the curves show what came before. It is tried again by itself.
          </Notice>
        )}
        <div className="flex flex-wrap items-center justify-between gap-3">
          <h2 className="text-lg font-semibold text-heading">Metrics</h2>
          <span className="flex gap-2">
            <DownloadLink href={metricsFile(training.id, 'csv')}>CSV</DownloadLink>
            <DownloadLink href={metricsFile(training.id, 'json')}>JSON</DownloadLink>
          </span>
        </div>
        <CurveCharts training={training} curves={curves} loading={snapshot.isPending} />
        <div className="grid items-start gap-5 lg:grid-cols-2">
          <Configuration training={training} />
          <div className="space-y-5">
            <Checkpoints training={training} />
            <TrainingLog lines={log} jobId={job?.id ?? null} />
          </div>
        </div>
      </div>
      <DescribeDialog
        open={editing}
        onClose={() => setEditing(false)}
        of={training}
        save={useDescribe('updateTraining', training.id)}
      />
      {extending && <ExtendDialog training={training} onClose={() => setExtending(false)} />}
      {deleting && <DeleteTraining training={training} onClose={() => setDeleting(false)} />}
    </Page>
  )
}

/** Trainings it is naturally compared with: those of its sweep, or the one it came from. */
function CompareLink({ training: { id, sweepId, parent } }: { training: Training }) {
  const asked = sweepId ? { sweep: sweepId } : { ids: parent ? [parent.trainingId, id] : [id] }
  return (
    <LinkButton icon={ChartLine} to={places.compareTrainings(asked)}>
      Compare
    </LinkButton>
  )
}

/** Where it began, and with whom it shares its job. */
function Origin({ training: { id, parent, groupId, sweepId, job } }: { training: Training }) {
  if (!parent && groupId === id && !sweepId) return null
  return (
    <p className="text-sm text-body">
      {parent && (
        <>
          {parent.step > 0 ? `Branched at step ${parent.step.toLocaleString('en-US')} from ` : 'The same again as '}
          <Link to={places.training({ id: parent.trainingId })} className="underline">
            another training
          </Link>
          .{' '}
        </>
      )}
      {sweepId && (
        <>
          Part of a{' '}
          <Link to={places.compareTrainings({ sweep: sweepId })} className="underline">
            sweep
          </Link>
          {isActive(job) && '. Trainings that share its job pause, stop and end with it'}.
        </>
      )}
    </p>
  )
}

const DownloadLink = ({ href, children }: { href: string; children: string }) => (
  <a
    href={href}
    download
    className="inline-flex h-8 items-center gap-1.5 rounded-lg border border-line-strong px-3 text-sm text-heading hover:bg-secondary"
  >
    <Download className="size-4" aria-hidden />
    {children}
  </a>
)

/** Extractions read SAEs of one site. The newest one is what to look at, where there is one. */
function NextSteps({ saeId, crosscoder, sound }: { saeId: string; crosscoder: boolean; sound: boolean }) {
  const newest = useExtractions(saeId).data?.[0]
  return (
    <Notice
      tone={sound ? 'emerald' : 'slate'}
      title={crosscoder ? 'The crosscoder is ready' : 'The SAE is ready'}
      actions={
        <>
          {newest && (
            <LinkButton kind="primary" to={places.features({ extractionId: newest.id })}>
              Browse features
            </LinkButton>
          )}
          {!crosscoder && (
            <LinkButton kind={newest ? 'secondary' : 'primary'} to={places.extractions({ start: true, saeId })}>
              Start extraction
            </LinkButton>
          )}
          <LinkButton to={places.sae({ id: saeId })}>Open SAE</LinkButton>
        </>
      }
    >
      {crosscoder
        ? 'Its page shows what it explains at each site.'
        : newest
          ? 'A dataset was read through it: its features can be browsed.'
          : 'Let it read a dataset to see its features.'}
    </Notice>
  )
}

function DeleteTraining({ training, onClose }: { training: Training; onClose(): void }) {
  const navigate = useNavigate()
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      verb="Delete"
      kind="training"
      name={training.name}
      goes={['Its curves, log and configuration', 'Its checkpoints on disk']}
      stays={training.saeId ? ['The SAE it made, with its features and labels'] : []}
      onConfirm={async () => {
        await deleteTraining(training.id)
        toast.success(`${training.name} was deleted.`)
        void navigate(places.trainings())
      }}
    />
  )
}
