// One dataset: documents, tokenizations, statistics, token samples.
import type { Dataset } from '@mistudio/contracts'
import ChartColumn from 'lucide-react/icons/chart-column'
import FileText from 'lucide-react/icons/file-text'
import Hash from 'lucide-react/icons/hash'
import Pencil from 'lucide-react/icons/pencil'
import ScanText from 'lucide-react/icons/scan-text'
import Trash2 from 'lucide-react/icons/trash-2'
import TriangleAlert from 'lucide-react/icons/triangle-alert'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { useDescribe, useTokenizations } from '../../../data/index.js'
import { subjectStatus } from '../../../jobs/prepare.js'
import { DamageNotice } from '../../../jobs/view/damage.js'
import { JobActions } from '../../../jobs/view/job-actions.js'
import { JobProgress } from '../../../jobs/view/job-progress.js'
import { About, DescribeDialog, ResourcePage } from '../../../kit/index.js'
import { useSubject } from '../../../live/index.js'
import { places } from '../../../places/index.js'
import {
  Button,
  Card,
  ConfirmDialog,
  formatBytes,
  Notice,
  nextStep,
  Page,
  plural,
  StatusBadge,
  Tabs,
  toast,
  usePlace,
  useTabParam,
} from '../../../ui/index.js'
import { deleteDataset, useDataset } from '../api.js'
import { datasetLine } from '../prepare.js'
import { Documents } from './documents.js'
import { Samples } from './samples.js'
import { Statistics } from './statistics.js'
import { Tokenizations } from './tokenizations.js'

const crumbs = [{ label: 'Datasets', to: places.datasets() }]

export function DatasetPage() {
  const [{ id = '' }] = usePlace(places.dataset)
  const dataset = useDataset(id)
  useSubject('dataset', id)
  return (
    <ResourcePage of={dataset} title="Dataset" crumbs={crumbs}>
      {(one) => <DatasetView dataset={one} />}
    </ResourcePage>
  )
}

function DatasetView({ dataset }: { dataset: Dataset }) {
  const [asking, setAsking] = useState<'edit' | 'delete' | null>(null)
  const [tab, setTab] = useTabParam(['documents', 'tokenizations', 'statistics', 'samples'])
  const ready = dataset.status === 'ready'
  return (
    <Page
      title={dataset.name}
      crumbs={crumbs}
      state={<StatusBadge status={subjectStatus(dataset.status, dataset.job)} />}
      subtitle={`${datasetLine(dataset)} · ${dataset.fileName}${dataset.textColumn ? `, column “${dataset.textColumn}”` : ''}`}
      actions={
        <>
          {ready && tab !== 'tokenizations' && (
            <Button kind="primary" onClick={() => setTab('tokenizations')}>
              Tokenize
            </Button>
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
      <div className="mb-5 empty:hidden">
        <About of={dataset} />
      </div>
      {dataset.damage && (
        <div className="mb-5">
          <DamageNotice damage={dataset.damage} id={dataset.id} />
        </div>
      )}
      <DatasetState dataset={dataset} />
      {ready && (
        <Tabs
          label="About this dataset"
          tabs={[
            { id: 'documents', label: 'Documents', icon: FileText },
            { id: 'tokenizations', label: 'Tokenizations', icon: Hash, count: dataset.tokenizations },
            { id: 'statistics', label: 'Statistics', icon: ChartColumn },
            { id: 'samples', label: 'Samples', icon: ScanText },
          ]}
          value={tab}
          onChange={setTab}
        >
          {tab === 'documents' && <Documents dataset={dataset} />}
          {tab === 'tokenizations' && <Tokenizations dataset={dataset} />}
          {tab === 'statistics' && <Statistics dataset={dataset} onTokenize={() => setTab('tokenizations')} />}
          {tab === 'samples' && <Samples dataset={dataset} onTokenize={() => setTab('tokenizations')} />}
        </Tabs>
      )}
      <DescribeDialog
        open={asking === 'edit'}
        onClose={() => setAsking(null)}
        of={dataset}
        save={useDescribe('updateDataset', dataset.id)}
      />
      {asking === 'delete' && <DeleteDataset dataset={dataset} onClose={() => setAsking(null)} />}
    </Page>
  )
}

function DatasetState({ dataset }: { dataset: Dataset }) {
  if (!dataset.job || dataset.status === 'ready') return null
  if (dataset.status === 'importing')
    return (
      <Card title="Being imported" actions={<JobActions job={dataset.job} size="sm" />}>
        <JobProgress job={dataset.job} tone="blue" label={`Importing ${dataset.name}`} />
      </Card>
    )
  return (
    <Notice
      tone="red"
      icon={TriangleAlert}
      title="The import did not end well"
      actions={<JobActions job={dataset.job} size="sm" />}
    >
      {dataset.job.error ? `${dataset.job.error.message} ${nextStep(dataset.job.error) ?? ''}` : 'It was cancelled.'}
    </Notice>
  )
}

function DeleteDataset({ dataset, onClose }: { dataset: Dataset; onClose(): void }) {
  const navigate = useNavigate()
  const tokenizations = useTokenizations({ datasetId: dataset.id }).data ?? []
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      verb="Delete"
      kind="dataset"
      name={dataset.name}
      goes={[
        dataset.stats
          ? `${plural(dataset.stats.documents, 'document')} (${formatBytes(dataset.stats.bytes)})`
          : 'What was read so far',
        ...(tokenizations.length
          ? [
              `${plural(tokenizations.length, 'tokenization')}: ${tokenizations.map((t) => `${t.modelName}, context ${t.contextSize}`).join('; ')}`,
            ]
          : []),
      ]}
      stays={['SAEs and features already made from it']}
      onConfirm={async () => {
        await deleteDataset(dataset.id)
        toast.success(`${dataset.name} was deleted.`)
        void navigate(places.datasets())
      }}
    />
  )
}
