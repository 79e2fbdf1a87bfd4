// Contexts as the model will see them: decoded tokens with borders, and where documents start.
import type { Dataset, Tokenization } from '@mistudio/contracts'
import ScanText from 'lucide-react/icons/scan-text'
import { useState } from 'react'
import { cx, EmptyState, ErrorState, formatNumber, Pager, Select, SkeletonList } from '../../../ui/index.js'
import { SAMPLE_PAGE, useSamples } from '../api.js'
import { sampleTokens } from '../prepare.js'
import { WithTokenization } from './tokenization-select.js'

export function Samples({ dataset, onTokenize }: { dataset: Dataset; onTokenize(): void }) {
  return (
    <WithTokenization dataset={dataset} onTokenize={onTokenize}>
      {(tokenization) => <SampleList key={tokenization.id} tokenization={tokenization} />}
    </WithTokenization>
  )
}

function SampleList({ tokenization }: { tokenization: Tokenization }) {
  const [split, setSplit] = useState<'train' | 'held_out'>('train')
  const [offset, setOffset] = useState(0)
  const page = useSamples(tokenization.id, split, offset)
  return (
    <div className="space-y-4">
      <div className="flex flex-wrap items-center justify-between gap-4">
        <Select
          aria-label="Part"
          className="w-56"
          value={split}
          onChange={(next) => {
            setSplit(next)
            setOffset(0)
          }}
          options={[
            { value: 'train', label: 'Contexts to train on' },
            { value: 'held_out', label: 'Held-out contexts' },
          ]}
        />
        <p className="text-xs text-muted">
          Every box is one token. <span className="border-l-2 border-tone-amber pl-1">A bar</span> marks the start of a
          document; · is a space, ⏎ a line end.
        </p>
      </div>
      {page.error ? (
        <ErrorState error={page.error} onRetry={() => void page.refetch()} />
      ) : !page.data ? (
        <SkeletonList rows={3} className="h-32" />
      ) : page.data.meta.total === 0 ? (
        <EmptyState icon={ScanText}>
          No contexts in this part: the dataset is too short for a held-out part of its own.
        </EmptyState>
      ) : (
        <>
          <Pager
            total={page.data.meta.total}
            offset={offset}
            limit={SAMPLE_PAGE}
            onOffset={setOffset}
            noun="contexts"
          />
          <ol className={cx('space-y-3', page.isPlaceholderData && 'opacity-60')}>
            {page.data.items.map((sample) => (
              <li key={sample.context} className="rounded-lg border border-line bg-code p-4">
                <p className="mb-2 text-xs text-muted">Context {formatNumber(sample.context)}</p>
                <p className="flex flex-wrap gap-y-1 font-mono text-xs leading-6">
                  {sampleTokens(sample).map((token) => (
                    <span
                      key={token.key}
                      title={`position ${token.key}, id ${token.id}`}
                      className={cx(
                        'border border-line px-0.5 whitespace-pre text-heading',
                        token.startsDocument && 'ml-1 border-l-2 border-l-tone-amber first:ml-0',
                      )}
                    >
                      {token.text}
                    </span>
                  ))}
                </p>
              </li>
            ))}
          </ol>
        </>
      )}
    </div>
  )
}
