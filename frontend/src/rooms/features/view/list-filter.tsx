// The saved lists of an SAE as a filter of the browser; the open one can be renamed and deleted here.
import Pencil from 'lucide-react/icons/pencil'
import Trash2 from 'lucide-react/icons/trash-2'
import { useState } from 'react'
import { useRead, useRename, useSend } from '../../../data/index.js'
import { DescribeDialog } from '../../../kit/index.js'
import { ConfirmDialog, formatNumber, IconButton, Select } from '../../../ui/index.js'
import type { Filters } from '../filters.js'
import type { FeatureList } from '../types.js'

interface Props {
  saeId: string
  filters: Filters
  onFilters(filters: Filters): void
}

const ALL = 'all'

export function ListFilter({ saeId, filters, onFilters }: Props) {
  const lists = useRead('listFeatureLists', { params: { id: saeId } }).data ?? []
  const open = lists.find(({ id }) => id === filters.list)
  // Dead features are in a list because somebody put them there.
  const choose = (list: string | null) =>
    onFilters({ ...filters, list, includeDead: list !== null || filters.includeDead })
  if (lists.length === 0) return null
  return (
    <span className="flex items-end gap-1">
      <Select
        aria-label="List"
        className="w-52"
        value={filters.list ?? ALL}
        onChange={(value) => choose(value === ALL ? null : value)}
        options={[
          { value: ALL, label: 'List: none' },
          ...lists.map(({ id, name, size }) => ({ value: id, label: `${name} (${formatNumber(size)})` })),
          ...(filters.list && !open ? [{ value: filters.list, label: 'A list that was deleted' }] : []),
        ]}
      />
      {open && <OpenList key={open.id} list={open} onDeleted={() => choose(null)} />}
    </span>
  )
}

function OpenList({ list, onDeleted }: { list: FeatureList; onDeleted(): void }) {
  const [asking, setAsking] = useState<'rename' | 'delete' | null>(null)
  const rename = useRename('updateFeatureList', list.id)
  const remove = useSend('deleteFeatureList')
  const close = () => setAsking(null)
  return (
    <>
      <IconButton icon={Pencil} label={`Rename the list ${list.name}`} onClick={() => setAsking('rename')} />
      <IconButton
        icon={Trash2}
        tone="danger"
        label={`Delete the list ${list.name}`}
        onClick={() => setAsking('delete')}
      />
      <DescribeDialog
        open={asking === 'rename'}
        onClose={close}
        of={{ name: list.name, version: list.version }}
        save={rename}
        title={`Rename “${list.name}”`}
      />
      <ConfirmDialog
        open={asking === 'delete'}
        onClose={close}
        verb="Delete"
        kind="list"
        name={list.name}
        goes={['The list']}
        stays={['Its features, with their labels and stars']}
        onConfirm={async () => {
          await remove.mutateAsync({ params: { id: list.id } })
          onDeleted()
        }}
      />
    </>
  )
}
