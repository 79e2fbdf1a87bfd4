// The tokenizations of a dataset: list, progress, delete, and the form for another one.
import type { Dataset, Tokenization } from '@mistudio/contracts'
import GraduationCap from 'lucide-react/icons/graduation-cap'
import Hash from 'lucide-react/icons/hash'
import Plus from 'lucide-react/icons/plus'
import Trash2 from 'lucide-react/icons/trash-2'
import { useState } from 'react'
import { Link } from 'react-router'
import { useTokenizations } from '../../../data/index.js'
import { subjectStatus } from '../../../jobs/prepare.js'
import { DamageNotice } from '../../../jobs/view/damage.js'
import { JobActions } from '../../../jobs/view/job-actions.js'
import { JobProgress } from '../../../jobs/view/job-progress.js'
import { useSubject } from '../../../live/index.js'
import { places } from '../../../places/index.js'
import {
  Button,
  ConfirmDialog,
  EmptyState,
  ErrorState,
  formatCount,
  IconButton,
  LinkButton,
  RelativeTime,
  SkeletonList,
  StatusBadge,
  toast,
} from '../../../ui/index.js'
import { deleteTokenization } from '../api.js'
import { tokenizationLine } from '../prepare.js'
import { TokenizeForm } from './tokenize-form.js'

export function Tokenizations({ dataset }: { dataset: Dataset }) {
  const list = useTokenizations({ datasetId: dataset.id })
  const [adding, setAdding] = useState(false)
  const add = (
    <Button kind="primary" icon={Plus} onClick={() => setAdding(true)}>
      Tokenize
    </Button>
  )
  return (
    <div className="space-y-4">
      {list.error && !list.data ? (
        <ErrorState error={list.error} onRetry={() => void list.refetch()} />
      ) : !list.data ? (
        <SkeletonList rows={2} className="h-24" />
      ) : list.data.length === 0 ? (
        <EmptyState icon={Hash} action={add}>
          A model reads token ids. Tokenize this dataset for one of your models.
        </EmptyState>
      ) : (
        <>
          <div className="flex justify-end">{add}</div>
          {list.data.map((tokenization) => (
            <TokenizationCard key={tokenization.id} tokenization={tokenization} />
          ))}
        </>
      )}
      {adding && <TokenizeForm dataset={dataset} onClose={() => setAdding(false)} />}
    </div>
  )
}

function TokenizationCard({ tokenization }: { tokenization: Tokenization }) {
  const [deleting, setDeleting] = useState(false)
  useSubject('tokenization', tokenization.id)
  const { stats, job, status } = tokenization
  const name = `${tokenization.modelName}, context ${tokenization.contextSize}`
  return (
    <article className="rounded-lg border border-line bg-card p-4">
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div className="min-w-0">
          <h3 className="font-medium text-heading">
            for{' '}
            <Link to={places.model({ id: tokenization.modelId })} className="hover:underline">
              {tokenization.modelName}
            </Link>
            , contexts of {tokenization.contextSize} tokens
          </h3>
          <p className="text-sm text-muted">
            {tokenization.prependBos ? 'BOS before every document' : 'without BOS'}
            {stats && ` · ${tokenizationLine(stats)}`} · made <RelativeTime at={tokenization.createdAt} />
          </p>
        </div>
        <div className="flex items-center gap-2">
          <StatusBadge status={subjectStatus(status, job)} />
          {status === 'ready' && (
            <LinkButton
              size="sm"
              icon={GraduationCap}
              to={places.newTraining({ modelId: tokenization.modelId, tokenizationId: tokenization.id })}
            >
              Train
            </LinkButton>
          )}
          <IconButton icon={Trash2} label="Delete tokenization" tone="danger" onClick={() => setDeleting(true)} />
        </div>
      </div>
      {tokenization.damage && (
        <div className="mt-3">
          <DamageNotice damage={tokenization.damage} id={tokenization.id} />
        </div>
      )}
      {status === 'running' && job && (
        <div className="mt-3 space-y-3">
          <JobProgress job={job} tone="blue" label={`Tokenizing for ${tokenization.modelName}`} />
          <JobActions job={job} size="sm" />
        </div>
      )}
      {status === 'failed' && job && (
        <div className="mt-3 flex flex-wrap items-center justify-between gap-3">
          <p className="text-sm text-tone-red">{job.error?.message ?? 'It was cancelled.'}</p>
          <JobActions job={job} size="sm" />
        </div>
      )}
      <ConfirmDialog
        open={deleting}
        onClose={() => setDeleting(false)}
        verb="Delete"
        kind="tokenization"
        name={name}
        goes={[stats ? `${formatCount(stats.tokens)} token ids` : 'What was written so far']}
        stays={['The dataset and the model', 'SAEs and features already made from it']}
        onConfirm={async () => {
          await deleteTokenization(tokenization.id)
          toast.success('The tokenization was deleted.')
        }}
      />
    </article>
  )
}
