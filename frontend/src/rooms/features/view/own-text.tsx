// Own text through the model and the SAE: one feature on every token, and the strongest features of each token and of the whole text. Folded
// away until it is wanted; any feature that fires can be looked at.
import type { Extraction, FeatureProbe } from '@mistudio/contracts'
import { useEffect, useRef, useState } from 'react'
import { Link } from 'react-router'
import { places } from '../../../places/index.js'
import { ActivationLegend, activationText, TokenText, tint } from '../../../tokens/index.js'
import { Button, cx, errorText, Notice, Textarea, useHotkey } from '../../../ui/index.js'
import { useProbe } from '../api.js'
import { strongestInText } from '../prepare.js'

const WAIT_MS = 700

interface Props {
  extraction: Pick<Extraction, 'id'>
  /** The feature of the page; null: the strongest one of the text. */
  index: number | null
  /** Its largest activation, the top of the scale. */
  max: number | null
}

export function OwnText(props: Props) {
  const [open, setOpen] = useState(false)
  return (
    <details
      className="min-w-0 rounded-lg border border-line bg-card"
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary className="cursor-pointer px-4 py-2 text-sm font-semibold text-heading">Try your own text</summary>
      {open && (
        <div className="px-4 pb-3">
          <Try {...props} />
        </div>
      )}
    </details>
  )
}

function Try({ extraction, index, max }: Props) {
  const [text, setText] = useState('')
  const [chosen, setChosen] = useState<number | null>(null)
  const probe = useProbe(extraction.id)
  const { mutate } = probe
  const asked = useRef('')
  const shown = chosen ?? index
  const ask = (words: string, feature: number | null) => {
    asked.current = words
    mutate(
      { index: feature ?? 0, asked: { text: words } },
      // Without a feature of its own the page shows the strongest, which is known now.
      {
        onSuccess: (result) => {
          const strongest = strongestInText(result)[0]
          if (feature !== null || !strongest) return
          setChosen(strongest.index)
          mutate({ index: strongest.index, asked: { text: words } })
        },
      },
    )
  }
  const run = () => text.trim() && ask(text, shown)
  const latest = useRef(ask)
  latest.current = ask
  useEffect(() => {
    if (!text.trim() || asked.current === text) return
    const timer = setTimeout(() => asked.current !== text && latest.current(text, shown), WAIT_MS)
    return () => clearTimeout(timer)
  }, [text, shown])
  useHotkey('mod+enter', run, { label: 'Try the text', inInputs: true, enabled: text.trim() !== '' })
  const show = (feature: number) => {
    setChosen(feature)
    if (text.trim()) ask(text, feature)
  }
  return (
    <div className="space-y-2">
      <div className="flex items-start gap-2">
        <Textarea
          aria-label="Text"
          rows={2}
          maxLength={4000}
          value={text}
          onChange={(event) => setText(event.target.value)}
          placeholder="Type what should make this feature fire; it runs when you stop typing, or at once with Ctrl-Enter"
        />
        <Button busy={probe.isPending} disabledReason={text.trim() ? null : 'Type some text first.'} onClick={run}>
          Try
        </Button>
      </div>
      <div aria-live="polite">
        {probe.error ? (
          <Notice tone="red">{errorText(probe.error)}</Notice>
        ) : probe.data && shown !== null ? (
          <Result
            result={probe.data}
            extractionId={extraction.id}
            shown={shown}
            own={index}
            max={shown === index && max ? max : null}
            onShow={show}
          />
        ) : null}
      </div>
    </div>
  )
}

interface ResultProps {
  result: FeatureProbe
  extractionId: string
  shown: number
  own: number | null
  /** Top of the scale; null: the largest activation of this text. */
  max: number | null
  onShow(feature: number): void
}

function Result({ result, extractionId, shown, own, max, onShow }: ResultProps) {
  const peak = result.max > 0 ? result.activations.indexOf(result.max) : null
  const top = max ?? result.max
  const strongest = strongestInText(result).slice(0, 12)
  const listed =
    own !== null && !strongest.some(({ index }) => index === own)
      ? [{ index: own, value: null }, ...strongest]
      : strongest
  return (
    <div className="space-y-2">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 text-sm text-muted tabular-nums">
        <span>
          <Link to={places.feature({ extractionId, index: shown })} className="font-mono text-heading hover:underline">
            #{shown}
          </Link>{' '}
          {result.labels[String(shown)]}{' '}
          {result.max > 0
            ? `at most ${activationText(result.max)}${max ? `, ${Math.round((result.max / max) * 100)} % of its maximum` : ''}`
            : 'does not fire on this text'}
        </span>
        {top > 0 && <ActivationLegend max={top} of={max ? 'activation' : 'activation in this text'} />}
      </div>
      <p className="max-h-60 overflow-y-auto rounded-lg bg-code px-3 py-2">
        <TokenText
          tokens={tint(result.tokens, result.activations, top, peak)}
          note={(index) => <Strongest result={result} index={index} />}
          className="leading-6"
        />
      </p>
      {listed.length > 0 && (
        // biome-ignore lint/a11y/useSemanticElements: a row of toggle buttons, not a part of a form
        <div role="group" aria-label="Features that fire on this text" className="flex flex-wrap gap-1.5">
          {listed.map(({ index, value }) => (
            <button
              key={index}
              type="button"
              aria-pressed={index === shown}
              onClick={() => onShow(index)}
              className={cx(
                'inline-flex max-w-64 items-baseline gap-1.5 rounded-md border px-2 py-0.5 text-xs',
                index === shown
                  ? 'border-tone-emerald bg-tile text-heading'
                  : 'border-line text-body hover:border-line-strong hover:text-heading',
              )}
            >
              <span className="font-mono">#{index}</span>
              <span className="truncate">{result.labels[String(index)]}</span>
              {value !== null && <span className="text-muted tabular-nums">{activationText(value)}</span>}
            </button>
          ))}
        </div>
      )}
    </div>
  )
}

/** The strongest features of one token, with what they are called. */
function Strongest({ result, index }: { result: FeatureProbe; index: number }) {
  const top = result.topFeatures[index] ?? []
  if (top.length === 0) return <p className="text-muted">no feature fires here</p>
  return (
    <table className="mt-1 tabular-nums">
      <caption className="sr-only">The strongest features here</caption>
      <tbody>
        {top.slice(0, 8).map((one) => (
          <tr key={one.index}>
            <td className="pr-2 font-mono text-heading">#{one.index}</td>
            <td className="max-w-40 truncate pr-3">{result.labels[String(one.index)] ?? ''}</td>
            <td className="text-right">{activationText(one.value)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
