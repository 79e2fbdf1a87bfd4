// One training: state, figures, curves, configuration, log, and what comes next.
import type { Training } from '@mistudio/contracts'
import Trash2 from 'lucide-react/icons/trash-2'
import TriangleAlert from 'lucide-react/icons/triangle-alert'
import { useState } from 'react'
import { useNavigate, useParams } from 'react-router'
import { isActive, useLiveStatus, useSubject } from '../../live/index.js'
import { RunPrecision } from '../../models/index.js'
import {
  Button,
  Card,
  ConfirmDialog,
  ErrorState,
  LinkButton,
  Notice,
  nextStep,
  Page,
  Progress,
  SkeletonList,
  Stat,
  StatRow,
  StatusBadge,
  toast,
} from '../../ui/index.js'
import { deleteTraining, useTraining } from '../api.js'
import { useCurves } from '../curves.js'
import { liveTiles, summaryTiles, trainingLine } from '../prepare.js'
import { Checkpoints } from './checkpoints.js'
import { Configuration } from './configuration.js'
import { CurveCharts } from './curve-charts.js'
import { TrainingActions } from './training-actions.js'
import { TrainingLog } from './training-log.js'

const CRUMBS = [{ label: 'Training', to: '/training' }]

export function TrainingPage() {
  const { id = '' } = useParams()
  const training = useTraining(id)
  const since = useLiveStatus((state) => state.lastContact)
  useSubject('training', id)
  if (training.data) return <TrainingView key={id} training={training.data} />
  return (
    <Page title="Training" crumbs={CRUMBS}>
      {training.error ? (
        <ErrorState error={training.error} since={since} onRetry={() => void training.refetch()} />
      ) : (
        <SkeletonList className="h-40" />
      )}
    </Page>
  )
}

function TrainingView({ training }: { training: Training }) {
  const { job, summary } = training
  const { curves, log, snapshot, tail } = useCurves(training)
  const [deleting, setDeleting] = useState(false)
  const newest = Object.fromEntries(Object.entries(curves).map(([key, curve]) => [key, curve.values.at(-1) ?? null]))
  const tiles = summary
    ? summaryTiles(summary)
    : liveTiles({ dSae: training.dSae, latest: { ...training.latest, ...newest } })
  return (
    <Page
      title={training.name}
      crumbs={CRUMBS}
      state={
        <>
          {job && <StatusBadge status={job.state} />}
          <RunPrecision precision={training.precision} modelId={training.modelId} />
        </>
      }
      subtitle={`${training.modelName} · ${training.datasetName} · ${trainingLine(training)}`}
      actions={
        <>
          {job && <TrainingActions training={training} job={job} />}
          {!isActive(job) && (
            <Button icon={Trash2} onClick={() => setDeleting(true)}>
              Delete
            </Button>
          )}
        </>
      }
    >
      <div className="space-y-5">
        {job && isActive(job) && (
          <Card>
            <Progress
              progress={job.progress}
              startedAt={job.startedAt}
              still={job.state !== 'running'}
              label={`Training ${training.name}`}
            />
          </Card>
        )}
        {job?.state === 'failed' && job.error && (
          <Notice tone="red" icon={TriangleAlert} title="The training failed">
            {job.error.message} {nextStep(job.error)}
          </Notice>
        )}
        {training.saeId && summary && <NextSteps saeId={training.saeId} />}
        <section aria-label={summary ? 'Figures on held-out text' : 'Newest figures'}>
          {summary && (
            <p className="mb-2 text-sm text-muted">
              Measured on {summary.heldOutTokens.toLocaleString('en-US')} held-out tokens. Hover a figure for its
              definition.
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
        <CurveCharts curves={curves} loading={snapshot.isPending} active={isActive(job)} />
        <div className="grid items-start gap-5 lg:grid-cols-2">
          <Configuration training={training} />
          <div className="space-y-5">
            <Checkpoints training={training} />
            <TrainingLog lines={log} jobId={job?.id ?? null} />
          </div>
        </div>
      </div>
      {deleting && <DeleteTraining training={training} onClose={() => setDeleting(false)} />}
    </Page>
  )
}

const NextSteps = ({ saeId }: { saeId: string }) => (
  <Notice
    tone="emerald"
    title="The SAE is ready"
    actions={
      <>
        <LinkButton kind="primary" to={`/features?start=1&saeId=${saeId}`}>
          Start extraction
        </LinkButton>
        <LinkButton to={`/saes/${saeId}`}>Open SAE</LinkButton>
      </>
    }
  >
    Let it read a dataset to see its features.
  </Notice>
)

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
        void navigate('/training')
      }}
    />
  )
}
