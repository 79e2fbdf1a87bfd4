// The documents of a dataset, page by page.
import type { Dataset, Document } from '@mistudio/contracts'
import FileText from 'lucide-react/icons/file-text'
import TriangleAlert from 'lucide-react/icons/triangle-alert'
import { useState } from 'react'
import {
  Button,
  CopyButton,
  cx,
  EmptyState,
  ErrorState,
  formatNumber,
  Notice,
  Pager,
  plural,
  SkeletonList,
} from '../../../ui/index.js'
import { DOCUMENT_PAGE, useDocuments } from '../api.js'

export function Documents({ dataset }: { dataset: Dataset }) {
  const [offset, setOffset] = useState(0)
  const page = useDocuments(dataset.id, offset)
  if (page.error) return <ErrorState error={page.error} onRetry={() => void page.refetch()} />
  if (!page.data) return <SkeletonList rows={5} className="h-20" />
  if (page.data.meta.total === 0) return <EmptyState icon={FileText}>This dataset holds no documents.</EmptyState>
  const pager = (
    <Pager total={page.data.meta.total} offset={offset} limit={DOCUMENT_PAGE} onOffset={setOffset} noun="documents" />
  )
  const skipped = dataset.stats?.skippedRecords ?? []
  return (
    <div className="space-y-4">
      {skipped.length > 0 && (
        <Notice
          tone="amber"
          icon={TriangleAlert}
          title={`${plural(dataset.stats?.skipped ?? 0, 'record')} left out, because they could not be read`}
        >
          <ul className="mt-1 max-h-28 overflow-y-auto">
            {skipped.map((record) => (
              <li key={record.line}>
                Line {formatNumber(record.line)}: {record.reason}
              </li>
            ))}
          </ul>
        </Notice>
      )}
      {pager}
      <ol className={cx('space-y-2', page.isPlaceholderData && 'opacity-60')}>
        {page.data.items.map((document) => (
          <DocumentRow key={document.index} document={document} />
        ))}
      </ol>
      {page.data.items.length > 6 && pager}
    </div>
  )
}

const FOLDED = 420

function DocumentRow({ document }: { document: Document }) {
  const [open, setOpen] = useState(false)
  const long = document.text.length > FOLDED
  return (
    <li className="rounded-lg border border-line bg-card p-4">
      <div className="mb-1 flex items-center justify-between gap-4 text-xs text-muted">
        <span>
          #{formatNumber(document.index)} · {plural(document.characters, 'character')}
        </span>
        <CopyButton text={document.text} iconOnly label="Copy text" />
      </div>
      <p className="text-sm leading-relaxed whitespace-pre-wrap wrap-anywhere">
        {open || !long ? document.text : `${document.text.slice(0, FOLDED)}…`}
      </p>
      {long && (
        <Button size="sm" kind="ghost" className="mt-1 -ml-3" onClick={() => setOpen(!open)}>
          {open ? 'Show less' : 'Show all'}
        </Button>
      )}
    </li>
  )
}
