// One model: facts, parts, sites, self-check, a box to try it, rename and delete.
import type { Model } from '@mistudio/contracts'
import Pencil from 'lucide-react/icons/pencil'
import Trash2 from 'lucide-react/icons/trash-2'
import TriangleAlert from 'lucide-react/icons/triangle-alert'
import { useState } from 'react'
import { useParams } from 'react-router'
import { JobActions } from '../../jobs/view/job-actions.js'
import { useLiveStatus, useSubject } from '../../live/index.js'
import {
  Button,
  Card,
  ErrorState,
  Facts,
  Notice,
  nextStep,
  Page,
  Progress,
  SkeletonList,
  StatusBadge,
} from '../../ui/index.js'
import { useModel } from '../api.js'
import { architectureFacts, modelLine } from '../prepare.js'
import { DeleteModelDialog, RenameModelDialog } from './model-dialogs.js'
import { PartsTable } from './parts-table.js'
import { SelfCheckCard } from './self-check.js'
import { SitesTable } from './sites-table.js'
import { TryIt } from './try-it.js'

export function ModelPage() {
  const { id = '' } = useParams()
  const model = useModel(id)
  useSubject('model', id)
  const since = useLiveStatus((s) => s.lastContact)
  const crumbs = [{ label: 'Models', to: '/models' }]
  if (!model.data)
    return (
      <Page title="Model" crumbs={crumbs}>
        {model.error ? (
          <ErrorState error={model.error} since={since} onRetry={() => void model.refetch()} />
        ) : (
          <SkeletonList className="h-40" />
        )}
      </Page>
    )
  return <ModelView model={model.data} />
}

function ModelView({ model }: { model: Model }) {
  const [asking, setAsking] = useState<'rename' | 'delete' | null>(null)
  return (
    <Page
      title={model.name}
      crumbs={[{ label: 'Models', to: '/models' }]}
      state={<StatusBadge status={model.status} />}
      subtitle={model.spec ? modelLine(model.spec) : model.path}
      actions={
        <>
          <Button icon={Pencil} onClick={() => setAsking('rename')}>
            Rename
          </Button>
          <Button icon={Trash2} onClick={() => setAsking('delete')}>
            Delete
          </Button>
        </>
      }
    >
      <div className="space-y-5">
        <ModelState model={model} />
        {model.warnings.length > 0 && (
          <Notice tone="amber" icon={TriangleAlert} title="Worth knowing">
            {model.warnings.join(' ')}
          </Notice>
        )}
        {model.spec && (
          <div className="grid gap-5 lg:grid-cols-2">
            <Card title="Architecture">
              <Facts
                rows={[
                  ...architectureFacts(model.spec),
                  [
                    'Folder',
                    <span key="path" className="font-mono text-xs">
                      {model.path}
                    </span>,
                  ],
                ]}
              />
            </Card>
            <div className="space-y-5">
              {model.selfCheck && <SelfCheckCard check={model.selfCheck} />}
              <PartsTable spec={model.spec} />
            </div>
          </div>
        )}
        {model.status === 'ready' && <TryIt modelId={model.id} />}
        {model.sites.length > 0 && <SitesTable model={model} />}
      </div>
      <RenameModelDialog open={asking === 'rename'} onClose={() => setAsking(null)} model={model} />
      <DeleteModelDialog open={asking === 'delete'} onClose={() => setAsking(null)} model={model} />
    </Page>
  )
}

function ModelState({ model }: { model: Model }) {
  if (!model.job || model.status === 'ready') return null
  if (model.status === 'importing')
    return (
      <Card title="Being added" actions={<JobActions job={model.job} size="sm" />}>
        <Progress
          progress={model.job.progress}
          startedAt={model.job.startedAt}
          tone="purple"
          label={`Adding ${model.name}`}
        />
        <p className="mt-3 text-sm text-muted">
          The files are read, checked, and run once on a sample text before the model counts as ready.
        </p>
      </Card>
    )
  return (
    <Notice
      tone="red"
      icon={TriangleAlert}
      title="It could not be added"
      actions={<JobActions job={model.job} size="sm" />}
    >
      {model.job.error ? `${model.job.error.message} ${nextStep(model.job.error) ?? ''}` : 'Adding it was cancelled.'}
    </Notice>
  )
}
