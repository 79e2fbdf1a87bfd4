// Own text through the model and the SAE: this feature on every token, and the strongest features of each token on hover.
import type { Feature, ProbeResult } from '@mistudio/contracts'
import { useEffect, useRef, useState } from 'react'
import { activationText, TokenText, tint } from '../../../tokens/index.js'
import { Button, Card, errorText, Field, formatValue, Notice, Textarea, useHotkey } from '../../../ui/index.js'
import { useProbe } from '../api.js'

const WAIT_MS = 700

export function Probe({ feature }: { feature: Feature }) {
  const [text, setText] = useState('')
  const probe = useProbe(feature.extractionId, feature.index)
  const { mutate } = probe
  const asked = useRef('')
  const run = () => {
    if (!text.trim() || asked.current === text) return
    asked.current = text
    mutate(text)
  }
  useEffect(() => {
    if (!text.trim()) return
    const timer = setTimeout(() => {
      if (asked.current === text) return
      asked.current = text
      mutate(text)
    }, WAIT_MS)
    return () => clearTimeout(timer)
  }, [text, mutate])
  useHotkey('mod+enter', run, { label: 'Try the text', inInputs: true, enabled: text.trim() !== '' })
  return (
    <Card title="Try your own text">
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <div>
          <Field label="Text" hint="Runs when you stop typing, or at once with Ctrl-Enter.">
            <Textarea
              rows={3}
              maxLength={4000}
              value={text}
              onChange={(event) => setText(event.target.value)}
              placeholder="Type what should make this feature fire"
            />
          </Field>
          <Button
            size="sm"
            className="mt-2"
            busy={probe.isPending}
            disabledReason={text.trim() ? null : 'Type some text first.'}
            onClick={run}
          >
            Try
          </Button>
        </div>
        <div aria-live="polite">
          {probe.error ? (
            <Notice tone="red">{errorText(probe.error)}</Notice>
          ) : probe.data ? (
            <Result result={probe.data} feature={feature} />
          ) : (
            <p className="pt-8 text-sm text-muted">The text appears here, tinted by this feature.</p>
          )}
        </div>
      </div>
    </Card>
  )
}

function Result({ result, feature }: { result: ProbeResult; feature: Feature }) {
  const peak = result.max > 0 ? result.activations.indexOf(result.max) : null
  const note = (index: number) =>
    `strongest here: ${(result.topFeatures[index] ?? []).map((top) => `${top.index} (${activationText(top.value)})`).join(', ') || 'none'}`
  return (
    <div className="space-y-2">
      <p className="text-sm text-muted tabular-nums">
        {result.max > 0
          ? `Strongest ${activationText(result.max)}, ${formatValue((result.max / feature.maxActivation) * 100)} % of its maximum. Hover a token for its strongest features.`
          : 'It does not fire on this text. Hover a token for its strongest features.'}
      </p>
      <p className="rounded-lg bg-code px-3 py-2">
        <TokenText
          tokens={tint(result.tokens, result.activations, result.max, peak === -1 ? null : peak)}
          note={note}
          className="leading-6"
        />
      </p>
    </div>
  )
}
