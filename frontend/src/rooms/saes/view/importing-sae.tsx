// An SAE that is being imported, or whose import failed: never shown as if it could be used.
import type { Sae } from '@mistudio/contracts'
import Trash2 from 'lucide-react/icons/trash-2'
import TriangleAlert from 'lucide-react/icons/triangle-alert'
import { useState } from 'react'
import { Link } from 'react-router'
import { subjectStatus } from '../../../jobs/prepare.js'
import { JobActions } from '../../../jobs/view/job-actions.js'
import { JobProgress } from '../../../jobs/view/job-progress.js'
import { isActive } from '../../../live/index.js'
import { places } from '../../../places/index.js'
import { Button, Card, Facts, Notice, Page, StatusBadge } from '../../../ui/index.js'
import { importLine, originLine, saeFacts } from '../prepare.js'
import { DeleteSae } from './sae-dialogs.js'

export function ImportingSae({ sae }: { sae: Sae }) {
  const [deleting, setDeleting] = useState(false)
  const { job } = sae
  return (
    <Page
      title={sae.name}
      crumbs={[{ label: 'SAEs', to: places.saes() }]}
      state={<StatusBadge status={job?.state === 'cancelled' ? 'cancelled' : subjectStatus(sae.status, job)} />}
      subtitle={`${sae.modelName} · ${importLine(sae)}`}
      actions={
        <>
          {job && <JobActions job={job} />}
          <Button icon={Trash2} onClick={() => setDeleting(true)}>
            Delete
          </Button>
        </>
      }
    >
      <div className="space-y-5">
        {job && isActive(job) && (
          <Card title="Importing" description="It can be used once it has been copied and checked on the model.">
            <JobProgress job={job} tone="purple" label={`Importing ${sae.name}`} />
          </Card>
        )}
        {job?.state === 'failed' && (
          <Notice tone="red" icon={TriangleAlert} title="It could not be imported">
            {job.error?.message ?? 'It failed without saying why.'}
          </Notice>
        )}
        {job?.state === 'cancelled' && <Notice tone="slate">The import was cancelled; no file of it is kept.</Notice>}
        <Card title="Facts">
          <Facts
            rows={[
              ['From', originLine(sae) ?? ''],
              ...(sae.architecture ? saeFacts(sae) : [['Site', sae.site] as const]),
              ...(job
                ? [
                    [
                      'Job',
                      <Link key="job" to={places.job({ id: job.id })} className="underline">
                        Log
                      </Link>,
                    ] as const,
                  ]
                : []),
            ]}
          />
        </Card>
      </div>
      <DeleteSae open={deleting} onClose={() => setDeleting(false)} sae={sae} />
    </Page>
  )
}
