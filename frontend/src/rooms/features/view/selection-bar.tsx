// What can be done with many features at once: the selected ones, or all that fit the filters.
import type { Extraction } from '@mistudio/contracts'
import ListPlus from 'lucide-react/icons/list-plus'
import Star from 'lucide-react/icons/star'
import Tag from 'lucide-react/icons/tag'
import X from 'lucide-react/icons/x'
import { useState } from 'react'
import { saveText } from '../../../charts/index.js'
import { places } from '../../../places/index.js'
import { Button, CopyButton, formatNumber, IconButton, LinkButton, plural, toast } from '../../../ui/index.js'
import { allIndices, rowsOf, useAnnotateMany } from '../api.js'
import { rowsCsv, rowsJson } from '../export.js'
import { clearFilters, type Filters, MAX_NAMED, toQuery, writeFilters } from '../filters.js'
import { LabelDialog } from './label-dialog.js'
import { ListDialog } from './list-dialog.js'

interface Props {
  extraction: Extraction
  filters: Filters
  total: number
  selected: ReadonlySet<number>
  onSelected(selected: ReadonlySet<number>): void
}

/** Features that steering takes at once. */
const MAX_STEERED = 20

export function SelectionBar({ extraction, filters, total, selected, onSelected }: Props) {
  const [busy, setBusy] = useState(false)
  const [labelling, setLabelling] = useState(false)
  const [listing, setListing] = useState(false)
  const annotate = useAnnotateMany(extraction.id, extraction.saeId)
  const query = toQuery(filters)
  const some = selected.size > 0
  const count = some ? selected.size : total
  const during = async (work: () => Promise<void>) => {
    setBusy(true)
    try {
      await work()
    } catch (error) {
      toast.error(error)
    } finally {
      setBusy(false)
    }
  }
  const selectAll = () => during(async () => onSelected(new Set(await allIndices(extraction.id, query))))
  const star = (starred: boolean) =>
    during(async () => {
      const { changed } = await annotate.mutateAsync({ indices: [...selected], starred, replaceLabels: false })
      toast.success(starred ? `${plural(changed, 'feature')} starred.` : `${plural(changed, 'star')} removed.`)
    })
  const save = (kind: 'csv' | 'json') =>
    during(async () => {
      const indices = some ? [...selected] : await allIndices(extraction.id, query)
      const rows = await rowsOf(extraction.id, indices, query)
      const name = `features-of-${extraction.saeName.replace(/[^\w.-]+/g, '-')}`
      if (kind === 'csv') saveText(`${name}.csv`, 'text/csv', rowsCsv(rows))
      else saveText(`${name}.json`, 'application/json', rowsJson(rows))
    })
  const list = { ...clearFilters(filters), includeDead: true, indices: [...selected].sort((a, b) => a - b) }
  return (
    <div className="flex flex-wrap items-center gap-1.5">
      {some ? (
        <>
          <span className="text-sm font-medium text-heading tabular-nums">{formatNumber(selected.size)} selected</span>
          {selected.size < total && (
            <Button size="sm" kind="ghost" busy={busy} onClick={() => void selectAll()}>
              All {formatNumber(total)}
            </Button>
          )}
          <Button size="sm" icon={Star} busy={busy} onClick={() => void star(true)}>
            Star
          </Button>
          <Button size="sm" kind="ghost" busy={busy} onClick={() => void star(false)}>
            Unstar
          </Button>
          <Button size="sm" icon={Tag} onClick={() => setLabelling(true)}>
            Label…
          </Button>
          <Button size="sm" icon={ListPlus} onClick={() => setListing(true)}>
            To a list…
          </Button>
          {selected.size <= MAX_NAMED && (
            <CopyButton
              text={window.location.origin + places.features({ extractionId: extraction.id, ...writeFilters(list) })}
              label="Copy link"
            />
          )}
          {selected.size <= MAX_STEERED && (
            <LinkButton
              size="sm"
              kind="primary"
              to={places.steering({ extraction: extraction.id, features: [...selected] })}
            >
              Steer {selected.size}
            </LinkButton>
          )}
        </>
      ) : (
        <Button size="sm" busy={busy} onClick={() => void selectAll()}>
          Select all
        </Button>
      )}
      <Button
        size="sm"
        kind="ghost"
        busy={busy}
        aria-label={`Save ${plural(count, 'feature')} as CSV`}
        onClick={() => void save('csv')}
      >
        CSV
      </Button>
      <Button
        size="sm"
        kind="ghost"
        busy={busy}
        aria-label={`Save ${plural(count, 'feature')} as JSON`}
        onClick={() => void save('json')}
      >
        JSON
      </Button>
      {some && (
        <IconButton icon={X} label="Clear the selection" onClick={() => onSelected(new Set())} className="size-8!" />
      )}
      {listing && (
        <ListDialog
          saeId={extraction.saeId}
          indices={[...selected]}
          open={filters.list}
          onClose={() => setListing(false)}
        />
      )}
      {labelling && <LabelDialog extraction={extraction} indices={[...selected]} onClose={() => setLabelling(false)} />}
    </div>
  )
}
