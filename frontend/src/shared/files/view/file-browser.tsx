// Walks through the import roots and chooses the folder of a model or an SAE, or a dataset file.
import CornerLeftUp from 'lucide-react/icons/corner-left-up'
import File from 'lucide-react/icons/file'
import FileText from 'lucide-react/icons/file-text'
import Folder from 'lucide-react/icons/folder'
import Network from 'lucide-react/icons/network'
import Server from 'lucide-react/icons/server'
import { useState } from 'react'
import { useRead } from '../../../data/index.js'
import { Button, cx, ErrorState, formatBytes, Input, Skeleton } from '../../../ui/index.js'
import { type BrowserRow, browserRows, type Wanted } from '../prepare.js'

const ICONS = { model: Server, sae: Network, dataset: FileText } as const
/** Fewer entries are seen at a glance. */
const FILTER_FROM = 8
const WORDS = { model: 'model', sae: 'SAE', dataset: 'dataset' } as const

interface FileBrowserProps {
  wanted: Wanted
  chosen: string
  onChoose(path: string): void
}

export function FileBrowser({ wanted, chosen, onChoose }: FileBrowserProps) {
  const [path, setPath] = useState<string | null>(null)
  const browse = useRead('browseFiles', { query: path === null ? {} : { path } }, { keep: true })
  const [filter, setFilter] = useState('')
  const folder = browse.data
  const rows = browserRows(folder?.entries ?? [], wanted, filter)
  const open = (next: string | null) => {
    setFilter('')
    setPath(next)
  }
  return (
    <div className="rounded-lg border border-line">
      <div className="flex items-center gap-2 border-b border-line px-3 py-2 text-xs text-muted">
        {path !== null && (
          <Button size="sm" kind="ghost" icon={CornerLeftUp} onClick={() => open(folder?.parent ?? null)}>
            Up
          </Button>
        )}
        <span className="min-w-0 flex-1 truncate font-mono" title={path ?? undefined}>
          {path ?? 'Import roots (set in Settings)'}
        </span>
        {(folder?.entries.length ?? 0) >= FILTER_FROM && (
          <Input
            type="search"
            aria-label="Filter this folder"
            placeholder="Filter this folder"
            value={filter}
            className="w-48"
            onChange={(event) => setFilter(event.target.value)}
          />
        )}
      </div>
      <div className="min-h-56 p-1.5">
        {browse.error && !browse.isPlaceholderData ? (
          <ErrorState error={browse.error} onRetry={() => void browse.refetch()} />
        ) : !folder ? (
          <Skeleton className="h-40" />
        ) : folder.entries.length === 0 ? (
          <p className="p-6 text-center text-sm text-muted">This folder is empty.</p>
        ) : rows.length === 0 ? (
          <p className="p-6 text-center text-sm text-muted">
            Nothing here has “{filter.trim()}” in its name ({folder.entries.length} before filtering).
          </p>
        ) : (
          <ul>
            {rows.map((row) => (
              <Row
                key={row.entry.path}
                row={row}
                wanted={wanted}
                chosen={row.entry.path === chosen}
                onOpen={open}
                onChoose={onChoose}
              />
            ))}
          </ul>
        )}
      </div>
    </div>
  )
}

interface RowProps {
  row: BrowserRow
  wanted: Wanted
  chosen: boolean
  onOpen(path: string): void
  onChoose(path: string): void
}

function Row({ row, wanted, chosen, onOpen, onChoose }: RowProps) {
  const { entry, opens, fits } = row
  const Icon = fits ? ICONS[wanted] : opens ? Folder : File
  const pressable = fits || opens
  return (
    <li className="flex items-center gap-1">
      <button
        type="button"
        disabled={!pressable}
        aria-pressed={fits ? chosen : undefined}
        onClick={() => (fits ? onChoose(entry.path) : onOpen(entry.path))}
        className={cx(
          'flex h-9 min-w-0 flex-1 items-center gap-3 rounded-lg px-3 text-left text-sm focus-visible:-outline-offset-2',
          pressable ? 'text-body hover:bg-hover hover:text-heading' : 'cursor-default text-muted',
          chosen && 'bg-tone-emerald/10 text-tone-emerald',
        )}
      >
        <Icon className={cx('size-4 shrink-0', fits && 'text-tone-emerald')} aria-hidden />
        <span className="min-w-0 flex-1 truncate">{entry.name}</span>
        {fits && <span className="text-xs text-tone-emerald">{chosen ? 'chosen' : WORDS[wanted]}</span>}
        {entry.size !== null && <span className="text-xs text-muted tabular-nums">{formatBytes(entry.size)}</span>}
      </button>
      {fits && opens && (
        <Button size="sm" kind="ghost" onClick={() => onOpen(entry.path)}>
          Open
        </Button>
      )}
    </li>
  )
}
