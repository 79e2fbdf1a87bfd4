// One block as a drawing: boxes and lines as SVG, sites as buttons on top of it, so that keyboard and screen readers reach them.
import type { Model, ModelBlock, Site } from '@mistudio/contracts'
import { useMemo } from 'react'
import { cx } from '../../../ui/index.js'
import { blockLine } from '../architecture/describe.js'
import { type Box, type Dot, type Line, layoutBlock } from '../architecture/layout.js'
import { isTrainable } from '../prepare.js'
import { type OpenSite, SiteButton } from './site-menu.js'

const BOX_STROKE: Record<Box['kind'], string> = {
  norm: 'stroke-tone-slate',
  attention: 'stroke-tone-blue',
  mlp: 'stroke-tone-purple',
}
const TITLE: Record<Box['kind'], string> = {
  norm: 'fill-heading',
  attention: 'fill-tone-blue',
  mlp: 'fill-tone-purple',
}

const pathOf = ({ points }: Line): string => points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${x} ${y}`).join(' ')

function BoxShape({ box }: { box: Box }) {
  const { x, y, width, height, kind, title, lines } = box
  const small = kind === 'norm'
  return (
    <g>
      <rect
        x={x}
        y={y}
        width={width}
        height={height}
        rx={8}
        className={cx('fill-tile', BOX_STROKE[kind])}
        strokeWidth={1.5}
      />
      <text x={x + width / 2} y={y + 21} textAnchor="middle" className={cx('text-[13px] font-semibold', TITLE[kind])}>
        {title}
      </text>
      {lines.map((line, i) => (
        <text
          key={line}
          x={x + width / 2}
          y={y + (small ? 37 : 41) + i * 18}
          textAnchor="middle"
          className={cx('fill-body', small ? 'text-[11px]' : 'text-xs')}
        >
          {line}
        </text>
      ))}
    </g>
  )
}

const LABEL = {
  right: { dx: 14, dy: 4, anchor: 'start' },
  below: { dx: 0, dy: 22, anchor: 'middle' },
} as const

function DotLabel({ dot: { x, y, side, label } }: { dot: Dot }) {
  const { dx, dy, anchor } = LABEL[side]
  return (
    <text x={x + dx} y={y + dy} textAnchor={anchor} className="fill-muted font-mono text-[11px]">
      {label}
    </text>
  )
}

interface Props {
  model: Model
  block: ModelBlock
  layer: number
  onOpen: OpenSite
}

export function BlockDiagram({ model, block, layer, onOpen }: Props) {
  const layout = useMemo(() => layoutBlock(block), [block])
  const sites = useMemo(() => new Map(model.sites.map((site) => [site.name, site])), [model.sites])
  const dots = layout.dots.flatMap((dot) => {
    const site = sites.get(`blocks.${layer}.${dot.site}`)
    return site ? [{ dot, site }] : []
  })
  const { width, height } = layout
  const text = `Block ${layer}: ${blockLine(block)}`
  return (
    <div className="overflow-x-auto">
      <div className="relative min-w-[780px]" style={{ maxWidth: width }}>
        <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={text} className="block w-full">
          {layout.lines.map((line) => (
            <path
              key={pathOf(line)}
              d={pathOf(line)}
              fill="none"
              className={line.stream ? 'stroke-tone-emerald' : 'stroke-line-strong'}
              strokeWidth={line.stream ? 3 : 1.5}
            />
          ))}
          {layout.boxes.map((box) => (
            <BoxShape key={`${box.x} ${box.y}`} box={box} />
          ))}
          {layout.sums.map(([x, y]) => (
            <g key={y}>
              <circle cx={x} cy={y} r={10} className="fill-card stroke-tone-emerald" strokeWidth={2} />
              <path
                d={`M${x - 5} ${y}H${x + 5}M${x} ${y - 5}V${y + 5}`}
                className="stroke-tone-emerald"
                strokeWidth={2}
              />
            </g>
          ))}
          {dots.map(({ dot }) => (
            <DotLabel key={dot.site} dot={dot} />
          ))}
        </svg>
        {dots.map(({ dot, site }) => (
          <SiteDot
            key={dot.site}
            site={site}
            trainable={isTrainable(model, site)}
            left={dot.x / width}
            top={dot.y / height}
            onOpen={onOpen}
          />
        ))}
      </div>
    </div>
  )
}

interface SiteDotProps {
  site: Site
  trainable: boolean
  /** Of the drawing's width and height. */
  left: number
  top: number
  onOpen: OpenSite
}

function SiteDot({ site, trainable, left, top, onOpen }: SiteDotProps) {
  return (
    <span
      className="absolute inline-flex -translate-x-1/2 -translate-y-1/2"
      style={{ left: `${left * 100}%`, top: `${top * 100}%` }}
    >
      <SiteButton site={site} trainable={trainable} onOpen={onOpen} />
    </span>
  )
}
