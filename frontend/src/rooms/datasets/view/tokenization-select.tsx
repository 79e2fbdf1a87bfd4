// Which ready tokenization a tab shows; the newest at first.
import type { Dataset, Tokenization } from '@mistudio/contracts'
import Hash from 'lucide-react/icons/hash'
import { type ReactNode, useState } from 'react'
import { useTokenizations } from '../../../data/index.js'
import { Button, EmptyState, ErrorState, Field, Select, SkeletonList } from '../../../ui/index.js'

interface Props {
  dataset: Dataset
  onTokenize(): void
  children(tokenization: Tokenization): ReactNode
}

export function WithTokenization({ dataset, onTokenize, children }: Props) {
  const list = useTokenizations({ datasetId: dataset.id })
  const [chosen, setChosen] = useState<string | null>(null)
  if (list.error && !list.data) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />
  if (!list.data) return <SkeletonList rows={2} className="h-32" />
  const ready = list.data.filter((tokenization) => tokenization.status === 'ready')
  const current = ready.find((tokenization) => tokenization.id === chosen) ?? ready[0]
  if (!current)
    return (
      <EmptyState icon={Hash} action={<Button onClick={onTokenize}>Go to Tokenizations</Button>}>
        A model reads token ids. Missing now: a finished tokenization of this dataset.
      </EmptyState>
    )
  return (
    <div className="space-y-5">
      {ready.length > 1 && (
        <Field label="Tokenization" className="max-w-md">
          <Select
            value={current.id}
            onChange={setChosen}
            options={ready.map((t) => ({ value: t.id, label: `${t.modelName}, context ${t.contextSize}` }))}
          />
        </Field>
      )}
      {children(current)}
    </div>
  )
}
