// An SAE of the hub: a repository, its SAE folders, and one of them.
import { HubRepoSchema, type HubSaesQuery, SAE_LAYOUT_TEXTS, type SaeSource } from '@mistudio/contracts'
import { type FormEvent, useState } from 'react'
import {
  Button,
  ErrorState,
  Field,
  FilteredEmpty,
  formatBytes,
  formatNumber,
  Input,
  Notice,
  plural,
  SearchInput,
  SkeletonList,
  Table,
  Td,
  Th,
  Tr,
} from '../../../ui/index.js'
import { useHubSaes } from '../api.js'

interface PickerProps {
  busy: boolean
  onChoose(source: SaeSource): void
  /** What was chosen before no longer counts. */
  onChange(): void
}

export function HubSaePicker({ busy, onChoose, onChange }: PickerProps) {
  const [text, setText] = useState('')
  const [revision, setRevision] = useState('main')
  const [query, setQuery] = useState<HubSaesQuery | null>(null)
  const listed = useHubSaes(query)
  const repo = HubRepoSchema.safeParse(text)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!repo.success) return
    onChange()
    setQuery({ repo: repo.data, revision: revision.trim() || 'main', search: '' })
  }
  return (
    <div className="space-y-4">
      <form onSubmit={submit} className="flex flex-wrap items-start gap-3">
        <Field label="Repository" className="min-w-64 flex-1" hint="For example google/gemma-scope-2b-pt-res">
          <Input
            value={text}
            onChange={(event) => setText(event.target.value)}
            placeholder="organisation/name"
            className="font-mono"
          />
        </Field>
        <Field label="Revision" className="w-44" hint="A branch, a tag or a commit.">
          <Input value={revision} onChange={(event) => setRevision(event.target.value)} className="font-mono" />
        </Field>
        <Button
          type="submit"
          kind="primary"
          className="mt-[26px]"
          busy={listed.isFetching}
          disabledReason={repo.success ? null : 'Give the repository as organisation/name.'}
        >
          List SAEs
        </Button>
      </form>
      {query && (
        <Folders
          query={query}
          listed={listed}
          busy={busy}
          onSearch={(search) => setQuery({ ...query, search })}
          onChoose={onChoose}
        />
      )}
    </div>
  )
}

interface FoldersProps {
  query: HubSaesQuery
  listed: ReturnType<typeof useHubSaes>
  busy: boolean
  onSearch(search: string): void
  onChoose(source: SaeSource): void
}

function Folders({ query, listed, busy, onSearch, onChoose }: FoldersProps) {
  if (listed.error) return <ErrorState error={listed.error} onRetry={() => void listed.refetch()} />
  if (!listed.data) return <SkeletonList rows={3} className="h-10" />
  const { repo, commit, folders, total, found, pickles } = listed.data
  if (total === 0)
    return (
      <Notice tone="amber" title="No SAE that can be read">
        {pickles > 0
          ? `${repo} holds ${plural(pickles, 'pickle')}, which can run any code when loaded and are never opened. Convert them once in Python with SAELens (save_inference_model) and import that folder.`
          : `${repo} holds none of ${Object.values(SAE_LAYOUT_TEXTS)
              .map(({ files }) => files)
              .join('; ')}.`}
      </Notice>
    )
  return (
    <div className="space-y-3">
      {total > 5 && (
        <SearchInput value={query.search} onChange={onSearch} placeholder="layer_20 16k" className="max-w-sm" />
      )}
      {found === 0 ? (
        <FilteredEmpty onClear={() => onSearch('')}>
          No folder fits “{query.search}” ({formatNumber(total)} before filtering).
        </FilteredEmpty>
      ) : (
        <Table label={`SAEs of ${repo}`} className="max-h-80 overflow-y-auto">
          <thead>
            <tr>
              <Th>Folder</Th>
              <Th>Layout</Th>
              <Th number>Size</Th>
              <Th />
            </tr>
          </thead>
          <tbody>
            {folders.map(({ path, layout, bytes }) => (
              <Tr key={path}>
                <Td className="font-mono text-xs text-heading">{path || '(top of the repository)'}</Td>
                <Td>{SAE_LAYOUT_TEXTS[layout].label}</Td>
                <Td number>{formatBytes(bytes)}</Td>
                <Td className="text-right">
                  <Button
                    size="sm"
                    busy={busy}
                    aria-label={`Look into ${path || repo}`}
                    onClick={() => onChoose({ kind: 'hub', repo, revision: commit, path })}
                  >
                    Look inside
                  </Button>
                </Td>
              </Tr>
            ))}
          </tbody>
        </Table>
      )}
      {found > folders.length && (
        <p className="text-xs text-muted">
          The first {formatNumber(folders.length)} of {formatNumber(found)}. Search to see others.
        </p>
      )}
    </div>
  )
}
