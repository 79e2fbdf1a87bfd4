// One example: a line around its peak, the text that was kept, or, when asked for, its whole context or document.
import type { Example, Extraction, Feature } from '@mistudio/contracts'
import ChevronsDownUp from 'lucide-react/icons/chevrons-down-up'
import ChevronsUpDown from 'lucide-react/icons/chevrons-up-down'
import { useLayoutEffect, useRef, useState } from 'react'
import { activationText, cutAtWords, PeakLine, TokenText, tint, tintExample } from '../../../tokens/index.js'
import { Button, CopyButton, errorText, formatNumber, IconButton, Skeleton } from '../../../ui/index.js'
import { useProbe } from '../api.js'
import { exampleText } from '../export.js'

export type ExampleView = 'line' | 'text'

interface Props {
  example: Example
  feature: Feature
  extraction: Extraction | undefined
  view: ExampleView
  /** Characters of a line. */
  characters: number
}

export function ExampleLine({ example, feature, extraction, view, characters }: Props) {
  const [open, setOpen] = useState(false)
  const tokens = tintExample(example, feature.maxActivation)
  // A window shorter than asked for ends where its text does.
  const goesOn = {
    before: example.position > example.peak,
    after: example.tokens.length - example.peak - 1 >= (extraction?.params.contextAfter ?? 0),
  }
  const name = `example at ${activationText(example.value)}`
  return (
    <li className="group rounded-md px-1 hover:bg-hover/50">
      <div className="flex items-start gap-2">
        <span
          className="w-13 shrink-0 text-right text-xs leading-7 text-muted tabular-nums"
          title={`Context ${formatNumber(example.context)}, position ${formatNumber(example.position)}`}
        >
          {activationText(example.value)}
        </span>
        <div className="min-w-0 flex-1">
          {open ? null : view === 'line' ? (
            <PeakLine tokens={tokens} characters={characters} goesOn={goesOn} />
          ) : (
            <Window tokens={tokens} goesOn={goesOn} />
          )}
          {open && <Wider example={example} feature={feature} />}
        </div>
        <span className="flex shrink-0">
          <IconButton
            icon={open ? ChevronsDownUp : ChevronsUpDown}
            label={open ? `Fold the ${name}` : `Whole context of the ${name}`}
            aria-expanded={open}
            onClick={() => setOpen(!open)}
            className="size-7!"
          />
          <CopyButton iconOnly className="size-7!" text={exampleText(example)} label={`Copy the ${name}`} />
        </span>
      </div>
    </li>
  )
}

function Window({
  tokens,
  goesOn,
}: {
  tokens: ReturnType<typeof tintExample>
  goesOn: { before: boolean; after: boolean }
}) {
  const cut = cutAtWords(tokens, goesOn)
  return (
    <span className="text-[13px] leading-6">
      {cut.cutBefore && <span className="text-muted">… </span>}
      <TokenText flow tokens={cut.tokens} className="leading-6" />
      {cut.cutAfter && <span className="text-muted"> …</span>}
    </span>
  )
}

/** The context, then the document around the example; asked of model and SAE, so every token has its activation. */
function Wider({ example, feature }: { example: Example; feature: Feature }) {
  const probe = useProbe(feature.extractionId)
  const { mutate, data, error, isPending } = probe
  const box = useRef<HTMLDivElement>(null)
  const [reach, setReach] = useState<'context' | 'document'>('context')
  const { context, position } = example
  useLayoutEffect(() => {
    mutate({ index: feature.index, asked: { context, position, reach } })
  }, [mutate, feature.index, context, position, reach])
  const place = data?.position ?? null
  useLayoutEffect(() => {
    if (place === null || !box.current) return
    const token = box.current.querySelectorAll<HTMLElement>('[data-token]')[place]
    if (token) box.current.scrollTop = token.offsetTop - box.current.offsetTop - box.current.clientHeight / 2
  }, [place])
  if (error) return <p className="py-1 text-sm text-tone-red">{errorText(error)}</p>
  if (!data) return <Skeleton className="my-1 h-24" />
  return (
    <div className="my-1 space-y-1.5">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard */}
      <div ref={box} tabIndex={0} className="max-h-72 overflow-y-auto rounded-lg bg-code px-3 py-2">
        {data.goesOn.before && <span className="text-muted">… </span>}
        <TokenText tokens={tint(data.tokens, data.activations, feature.maxActivation, data.position)} />
        {data.goesOn.after && <span className="text-muted"> …</span>}
      </div>
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-xs text-muted">
        <Button
          size="sm"
          busy={isPending}
          onClick={() => setReach(reach === 'context' ? 'document' : 'context')}
          className="h-7"
        >
          {reach === 'context' ? 'Whole document' : 'Only its context'}
        </Button>
        {reach === 'context'
          ? `The ${formatNumber(data.tokens.length)} tokens that the model read together; documents may meet in it.`
          : data.goesOn.before || data.goesOn.after
            ? `${formatNumber(data.tokens.length)} tokens of the document around the example; it goes on.`
            : `The whole document: ${formatNumber(data.tokens.length)} tokens.`}
      </p>
    </div>
  )
}
