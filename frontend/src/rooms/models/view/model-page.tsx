// One model: facts, architecture, sites, weights, parity and a box to try it, each on its tab; rename and delete.

import type { Model } from '@mistudio/contracts'
import ChartColumn from 'lucide-react/icons/chart-column'
import Info from 'lucide-react/icons/info'
import MapPin from 'lucide-react/icons/map-pin'
import MessageSquare from 'lucide-react/icons/message-square'
import Pencil from 'lucide-react/icons/pencil'
import ShieldCheck from 'lucide-react/icons/shield-check'
import Trash2 from 'lucide-react/icons/trash-2'
import TriangleAlert from 'lucide-react/icons/triangle-alert'
import Workflow from 'lucide-react/icons/workflow'
import { useState } from 'react'
import { useDescribe } from '../../../data/index.js'
import { subjectStatus } from '../../../jobs/prepare.js'
import { DamageNotice } from '../../../jobs/view/damage.js'
import { JobActions } from '../../../jobs/view/job-actions.js'
import { JobProgress } from '../../../jobs/view/job-progress.js'
import { About, DescribeDialog, ResourcePage } from '../../../kit/index.js'
import { useSubject } from '../../../live/index.js'
import { places } from '../../../places/index.js'
import { lossAt } from '../../../shared/precision/precision.js'
import { PrecisionBadge } from '../../../shared/precision/precision-badge.js'
import {
  Button,
  Card,
  LinkButton,
  Notice,
  nextStep,
  Page,
  StatusBadge,
  type Tab,
  Tabs,
  usePlace,
  useTabParam,
} from '../../../ui/index.js'
import { useModel } from '../api.js'
import { isExport, isTrainable, modelLine } from '../prepare.js'
import { AbsentSites } from './absent-sites.js'
import { ArchitectureTab } from './architecture-tab.js'
import { DeleteModelDialog } from './model-dialogs.js'
import { OverviewTab } from './overview-tab.js'
import { ParityTab } from './parity-tab.js'
import { SitesTable } from './sites-table.js'
import { TryIt } from './try-it.js'
import { Warnings } from './warnings.js'
import { WeightsTab } from './weights-tab.js'

export function ModelPage() {
  const [{ id = '' }] = usePlace(places.model)
  const model = useModel(id)
  useSubject('model', id)
  const crumbs = [{ label: 'Models', to: places.models() }]
  return (
    <ResourcePage of={model} title="Model" crumbs={crumbs}>
      {(one) => <ModelView model={one} />}
    </ResourcePage>
  )
}

function ModelView({ model }: { model: Model }) {
  const [asking, setAsking] = useState<'edit' | 'delete' | null>(null)
  return (
    <Page
      title={model.name}
      crumbs={[{ label: 'Models', to: places.models() }]}
      state={
        <>
          <StatusBadge status={subjectStatus(model.status, model.job)} />
          {!isExport(model) && <PrecisionBadge precision={model.precision} loss={lossAt(model, model.precision)} />}
        </>
      }
      subtitle={model.spec ? modelLine(model.spec) : model.path}
      actions={
        <>
          {model.sites.some((site) => isTrainable(model, site)) && (
            <LinkButton kind="primary" to={places.newTraining({ modelId: model.id })}>
              Train an SAE
            </LinkButton>
          )}
          <Button icon={Pencil} onClick={() => setAsking('edit')}>
            Edit
          </Button>
          <Button icon={Trash2} onClick={() => setAsking('delete')}>
            Delete
          </Button>
        </>
      }
    >
      <div className="space-y-5">
        <About of={model} />
        <ModelState model={model} />
        <DamageNotice damage={model.damage} id={model.id} />
        <Warnings warnings={model.warnings} />
        {model.spec && <ModelTabs model={model} />}
      </div>
      <DescribeDialog
        open={asking === 'edit'}
        onClose={() => setAsking(null)}
        of={model}
        save={useDescribe('updateModel', model.id)}
      />
      <DeleteModelDialog open={asking === 'delete'} onClose={() => setAsking(null)} model={model} />
    </Page>
  )
}

const TABS = ['overview', 'architecture', 'sites', 'weights', 'parity', 'try'] as const
type TabId = (typeof TABS)[number]
/** An export's graph is not drawn, and its weights have no names. */
const EXPORT_TABS = ['overview', 'sites', 'parity', 'try'] as const

function ModelTabs({ model }: { model: Model }) {
  const [tab, setTab] = useTabParam<TabId>(isExport(model) ? [...EXPORT_TABS] : [...TABS])
  const tabs: readonly Tab<TabId>[] = [
    { id: 'overview', label: 'Overview', icon: Info },
    ...(isExport(model) ? [] : [{ id: 'architecture', label: 'Architecture', icon: Workflow } as const]),
    { id: 'sites', label: 'Sites', icon: MapPin, count: model.sites.length },
    ...(isExport(model) ? [] : [{ id: 'weights', label: 'Weights', icon: ChartColumn } as const]),
    { id: 'parity', label: 'Parity', icon: ShieldCheck },
    ...(model.status === 'ready' ? [{ id: 'try', label: 'Try it', icon: MessageSquare } as const] : []),
  ]
  return (
    <Tabs tabs={tabs} value={tab} onChange={setTab} label="About this model">
      {tab === 'overview' && <OverviewTab model={model} />}
      {tab === 'architecture' && <ArchitectureTab model={model} />}
      {tab === 'sites' && (
        <div className="space-y-5">
          <SitesTable model={model} />
          <AbsentSites sites={model.absentSites} exported={isExport(model)} />
        </div>
      )}
      {tab === 'weights' && <WeightsTab model={model} />}
      {tab === 'parity' && <ParityTab model={model} />}
      {tab === 'try' && model.status === 'ready' && <TryIt modelId={model.id} exported={isExport(model)} />}
    </Tabs>
  )
}

function ModelState({ model }: { model: Model }) {
  if (!model.job || model.status === 'ready') return null
  if (model.status === 'importing')
    return (
      <Card title="Being added" actions={<JobActions job={model.job} size="sm" />}>
        <JobProgress job={model.job} tone="purple" label={`Adding ${model.name}`} />
        <p className="mt-3 text-sm text-muted">
          The files are read and the model is put through its checks before it counts as ready; the parity report then
          shows here.
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
