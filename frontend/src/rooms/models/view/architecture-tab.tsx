// How the model is put together, from tokens to logits: blocks that are alike are drawn once, every site is a dot that can be pressed.
import type { Model, ModelStructure } from '@mistudio/contracts'
import { type ReactNode, useState } from 'react'
import { Card, formatCount, formatNumber, formatValue, Notice } from '../../../ui/index.js'
import { normLine, normName } from '../architecture/describe.js'
import { foldBlocks } from '../architecture/fold.js'
import { isTrainable } from '../prepare.js'
import { SegmentView } from './block-segment.js'
import { PartsTable } from './parts-table.js'
import { type OpenSite, SiteButton, useSiteMenu } from './site-menu.js'
import { Stream } from './stream.js'

export function ArchitectureTab({ model }: { model: Model }) {
  const { structure, spec } = model
  if (!structure || !spec)
    return (
      <Notice tone="blue" title="Not read yet">
        This model was added before its architecture was recorded. Run its checks on the Parity tab; then it is drawn
        here.
      </Notice>
    )
  return (
    <div className="space-y-5">
      <Diagram model={model} structure={structure} />
      <PartsTable model={{ spec, structure }} />
    </div>
  )
}

function Diagram({ model, structure }: { model: Model; structure: ModelStructure }) {
  const { menu, open } = useSiteMenu(model)
  const segments = foldBlocks(structure.blocks)
  const [opened, setOpened] = useState(segments[0]?.groups[0]?.layers[0] ?? null)
  const site = { model, onOpen: open }
  return (
    <Card
      title="From tokens to logits"
      description="Every dot is a site, named as in TransformerLens. Press one to train an SAE there (filled dots) or to copy its name."
    >
      <ol className="space-y-0">
        <Stage title="Tokens" detail={`ids below ${formatNumber(model.spec?.vocabSize)}`} first />
        <Embedding structure={structure} {...site} />
        {segments.map((segment) => (
          <SegmentView
            key={segment.first}
            model={model}
            segment={segment}
            opened={opened}
            onOpened={setOpened}
            onOpen={open}
          />
        ))}
        <Stage
          title={`Final ${normName(structure.finalNorm)}`}
          detail={normLine(structure.finalNorm)}
          sites={['ln_final.hook_scale', 'ln_final.hook_normalized']}
          {...site}
        />
        <Unembedding structure={structure} {...site} />
        <Stage
          title="Logits"
          detail={
            structure.unembedding.softcap === null ? '' : `capped at ±${formatValue(structure.unembedding.softcap)}`
          }
          last
        />
      </ol>
      {menu}
    </Card>
  )
}

interface StageProps {
  title: string
  detail: ReactNode
  /** Names of sites here; those the model lacks are left out. */
  sites?: readonly string[]
  model?: Model
  onOpen?: OpenSite
  first?: boolean
  last?: boolean
}

/** One step outside the blocks, as a box on the line of the residual stream. */
function Stage({ title, detail, sites = [], model, onOpen, first = false, last = false }: StageProps) {
  const found = model?.sites.filter(({ name }) => sites.includes(name)) ?? []
  return (
    <li className="relative py-1.5 pl-[76px]">
      <Stream from={first ? 'middle' : 'top'} to={last ? 'middle' : 'bottom'} />
      <div className="flex min-h-11 max-w-xl flex-wrap items-center gap-x-4 gap-y-1 rounded-lg border border-line-strong bg-tile px-4 py-2 text-sm">
        <span className="font-semibold text-heading">{title}</span>
        <span className="text-xs text-body">{detail}</span>
        {model && onOpen && (
          <span className="ml-auto flex flex-wrap gap-3">
            {found.map((one) => (
              <span key={one.name} className="inline-flex items-center gap-1 font-mono text-[11px] text-muted">
                <SiteButton site={one} trainable={isTrainable(model, one)} onOpen={onOpen} />
                {one.name.replace(/^.*hook_/, '')}
              </span>
            ))}
          </span>
        )}
      </div>
    </li>
  )
}

type Parts = { structure: ModelStructure; model: Model; onOpen: OpenSite }

function Embedding({ structure: { embedding }, ...site }: Parts) {
  const { parameters, scale, positions } = embedding
  const detail = [
    `${formatCount(parameters)} parameters`,
    scale !== 1 && `× ${formatValue(scale)}`,
    positions && `${formatNumber(positions.count)} learned positions`,
  ]
  return (
    <Stage
      title={positions ? 'Token and position embedding' : 'Token embedding'}
      detail={detail.filter(Boolean).join(' · ')}
      sites={['hook_embed', 'hook_pos_embed']}
      {...site}
    />
  )
}

function Unembedding({ structure: { unembedding }, ...site }: Parts) {
  const { tied, parameters, bias } = unembedding
  const detail = [tied ? 'the token embedding, turned' : `${formatCount(parameters)} parameters`, bias && 'bias']
  return <Stage title="Unembedding" detail={detail.filter(Boolean).join(' · ')} sites={['unembed.hook_in']} {...site} />
}
