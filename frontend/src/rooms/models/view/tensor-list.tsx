// The virtual list of tensors: a model may have thousands. Arrow keys move, the chosen one is shown beside it.
import type { ModelTensor } from '@mistudio/contracts'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, useRef } from 'react'
import { cx, formatBytes } from '../../../ui/index.js'
import { shapeText } from '../tensors.js'

const ROW = 38
const GRID = 'grid grid-cols-[minmax(0,1fr)_104px_44px_68px] items-center gap-3 px-3'

interface Props {
  tensors: readonly ModelTensor[]
  chosen: string | null
  onChoose(name: string): void
}

export function TensorList({ tensors, chosen, onChoose }: Props) {
  const box = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count: tensors.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW,
    overscan: 8,
  })
  const at = tensors.findIndex(({ name }) => name === chosen)
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step === 0) return
    event.preventDefault()
    const next = Math.min(Math.max(0, at + step), tensors.length - 1)
    onChoose(tensors[next]!.name)
    virtual.scrollToIndex(next)
  }
  return (
    <div className="rounded-lg border border-line">
      <div className={cx(GRID, 'h-9 border-b border-line text-xs text-muted')} aria-hidden>
        <span>Tensor</span>
        <span className="text-right">Shape</span>
        <span>Stored</span>
        <span className="text-right">Size</span>
      </div>
      <div
        ref={box}
        role="listbox"
        aria-label="Tensors"
        aria-activedescendant={at >= 0 ? `tensor-${at}` : undefined}
        tabIndex={0}
        onKeyDown={onKeyDown}
        className="max-h-[560px] overflow-y-auto focus-visible:-outline-offset-2"
      >
        <div className="relative" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const tensor = tensors[item.index]!
            return (
              <Option
                key={tensor.name}
                id={`tensor-${item.index}`}
                tensor={tensor}
                chosen={tensor.name === chosen}
                top={item.start}
                onChoose={() => onChoose(tensor.name)}
              />
            )
          })}
        </div>
      </div>
    </div>
  )
}

interface OptionProps {
  id: string
  tensor: ModelTensor
  chosen: boolean
  top: number
  onChoose(): void
}

function Option({ id, tensor, chosen, top, onChoose }: OptionProps) {
  return (
    // biome-ignore lint/a11y: an option of the list, which takes the keyboard
    <div
      id={id}
      role="option"
      aria-selected={chosen}
      onClick={onChoose}
      className={cx(
        GRID,
        'absolute inset-x-0 cursor-pointer border-b border-line text-xs',
        chosen ? 'bg-hover text-heading' : 'text-body hover:bg-hover/60',
      )}
      style={{ height: ROW, transform: `translateY(${top}px)` }}
    >
      <span className="truncate font-mono text-[11px]" title={tensor.name}>
        {tensor.name}
        {tensor.part === null && <span className="ml-2 text-tone-amber">not used</span>}
      </span>
      <span className="text-right tabular-nums">{shapeText(tensor)}</span>
      <span>{tensor.dtype}</span>
      <span className="text-right tabular-nums">{formatBytes(tensor.bytes)}</span>
    </div>
  )
}
