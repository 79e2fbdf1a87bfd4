// A stretch of layers in the architecture view: each kind of block once, with the layers it stands for; one is open as a drawing.
import type { Model } from '@mistudio/contracts'
import ChevronDown from 'lucide-react/icons/chevron-down'
import ChevronRight from 'lucide-react/icons/chevron-right'
import { useId, useState } from 'react'
import { formatCount, Select } from '../../../ui/index.js'
import { blockLine } from '../architecture/describe.js'
import type { BlockGroup, Segment } from '../architecture/fold.js'
import { BlockDiagram } from './block-diagram.js'
import type { OpenSite } from './site-menu.js'
import { Stream } from './stream.js'

interface SegmentProps {
  model: Model
  segment: Segment
  /** First layer of the group whose drawing is open. */
  opened: number | null
  onOpened(layer: number | null): void
  onOpen: OpenSite
}

export function SegmentView({ model, segment, opened, onOpened, onOpen }: SegmentProps) {
  const { first, last, repeats, groups } = segment
  return (
    <>
      {repeats > 1 && (
        <li className="relative py-1.5 pl-[76px] text-xs text-muted">
          <Stream from="top" to="bottom" />
          Layers {first} to {last}: the next {groups.length} kinds of block in turn, {repeats} times
        </li>
      )}
      {groups.map((group) => {
        const [key] = group.layers
        const open = key === opened
        return (
          <Group
            key={key}
            model={model}
            group={group}
            open={open}
            onToggle={() => onOpened(open || key === undefined ? null : key)}
            onOpen={onOpen}
          />
        )
      })}
    </>
  )
}

const layersText = ({ layers }: BlockGroup): string => {
  const [first] = layers
  const last = layers.at(-1)
  if (layers.length === 1) return `Layer ${first}`
  const gapless = last! - first! === layers.length - 1
  return gapless
    ? `Layers ${first} to ${last}`
    : `Layers ${layers.slice(0, 6).join(', ')}${layers.length > 6 ? ' …' : ''}`
}

interface GroupProps {
  model: Model
  group: BlockGroup
  open: boolean
  onToggle(): void
  onOpen: OpenSite
}

function Group({ model, group, open, onToggle, onOpen }: GroupProps) {
  const { block, layers } = group
  const panel = useId()
  const [layer, setLayer] = useState(layers[0]!)
  const { attention, mlp, norm } = block.parameters
  const Chevron = open ? ChevronDown : ChevronRight
  return (
    <li className="relative py-1.5 pl-[76px]">
      <Stream from="top" to="bottom" />
      <div className="rounded-lg border border-line-strong bg-card">
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-2">
          <button
            type="button"
            aria-expanded={open}
            aria-controls={panel}
            onClick={onToggle}
            className="flex min-h-8 min-w-0 flex-1 flex-wrap items-center gap-x-3 text-left text-sm hover:text-heading"
          >
            <Chevron className="size-4 shrink-0 text-muted" aria-hidden />
            <span className="font-semibold text-heading">{layersText(group)}</span>
            {layers.length > 1 && (
              <span className="rounded-full bg-tile px-2 text-xs text-body">× {layers.length}</span>
            )}
            <span className="text-xs text-body">{blockLine(block)}</span>
            <span className="text-xs text-muted">
              {formatCount(attention + mlp + norm)} parameters{layers.length > 1 && ' each'}
            </span>
          </button>
          {open && layers.length > 1 && (
            <Select
              aria-label="Layer whose sites are shown"
              className="w-32"
              value={String(layer)}
              onChange={(value) => setLayer(Number(value))}
              options={layers.map((one) => ({ value: String(one), label: `Layer ${one}` }))}
            />
          )}
        </div>
        <div id={panel} hidden={!open} className="border-t border-line px-2 py-3">
          {open && <BlockDiagram model={model} block={block} layer={layer} onOpen={onOpen} />}
        </div>
      </div>
    </li>
  )
}
