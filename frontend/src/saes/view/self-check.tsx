// The self-check of an SAE: verdict with its reasons, figures with intervals, what else was tried, and running it again.
import { CHECK_FIGURE_TEXTS, CHECK_TOKENS, type CheckFigure, type Sae, type SaeCheck } from '@mistudio/contracts'
import CircleCheck from 'lucide-react/icons/circle-check'
import RotateCcw from 'lucide-react/icons/rotate-ccw'
import TriangleAlert from 'lucide-react/icons/triangle-alert'
import { useState } from 'react'
import { JobProgress } from '../../jobs/view/job-progress.js'
import { isActive } from '../../live/index.js'
import {
  Badge,
  Button,
  Card,
  DASH,
  Dialog,
  errorText,
  formatDuration,
  formatNumber,
  formatPercent,
  formatValue,
  Notice,
  RelativeTime,
  Table,
  Td,
  Th,
  Tr,
} from '../../ui/index.js'
import { useCheckSae } from '../api.js'
import { CheckTextFields } from './check-text-fields.js'

export function SelfCheckCard({ sae }: { sae: Sae }) {
  const [asking, setAsking] = useState(false)
  const { check, job } = sae
  const running = job?.kind === 'sae.check' && isActive(job) ? job : null
  const again = (
    <Button
      icon={RotateCcw}
      disabledReason={running ? 'It is being checked.' : sae.modelId ? null : 'Its model is no longer here.'}
      onClick={() => setAsking(true)}
    >
      {check ? 'Check again' : 'Check it'}
    </Button>
  )
  return (
    <Card
      title={<span className="flex items-center gap-3">Self-check {check && <VerdictBadge check={check} />}</span>}
      description={check ? <Basis check={check} /> : 'Measures L0, FVU and cross-entropy of this SAE on its model.'}
      actions={again}
    >
      {running && <JobProgress job={running} tone="purple" label={`Checking ${sae.name}`} />}
      {job?.kind === 'sae.check' && job.state === 'failed' && (
        <Notice tone="red" title="The last check failed">
          {job.error?.message}
        </Notice>
      )}
      {check ? <Result check={check} /> : !running && <p className="text-sm text-muted">Not checked yet.</p>}
      {asking && <CheckDialog sae={sae} onClose={() => setAsking(false)} />}
    </Card>
  )
}

export const VerdictBadge = ({ check }: { check: SaeCheck }) =>
  check.verdict === 'fits' ? (
    <Badge tone="emerald" icon={CircleCheck}>
      Fits
    </Badge>
  ) : (
    <Badge tone="red" icon={TriangleAlert}>
      Does not fit
    </Badge>
  )

function Basis({ check }: { check: SaeCheck }) {
  const { text, model, site, siteOut } = check
  return (
    <>
      {formatNumber(text.tokens)} tokens in {formatNumber(text.contexts)} contexts of {formatNumber(text.contextSize)},{' '}
      {text.name} · {model.name} at {model.precision} · <code>{site}</code>
      {siteOut && (
        <>
          {' '}
          to <code>{siteOut}</code>
        </>
      )}{' '}
      · <RelativeTime at={check.at} />, {formatDuration(check.seconds)}
    </>
  )
}

function Result({ check }: { check: SaeCheck }) {
  const { figures, text } = check
  return (
    <div className="mt-1 space-y-4">
      {check.verdict === 'does_not_fit' && (
        <Notice tone="red" icon={TriangleAlert} title="It does not fit">
          <ul className="list-disc space-y-1 pl-4">
            {check.reasons.map(({ message }) => (
              <li key={message}>{message}</li>
            ))}
          </ul>
        </Notice>
      )}
      <Table label="Figures of the self-check">
        <thead>
          <tr>
            <Th>Figure</Th>
            <Th number>Value</Th>
            <Th number>95 % interval</Th>
            <Th>Definition</Th>
          </tr>
        </thead>
        <tbody>
          {(Object.keys(CHECK_FIGURE_TEXTS) as (keyof typeof CHECK_FIGURE_TEXTS)[]).map((name) => (
            <FigureRow key={name} {...CHECK_FIGURE_TEXTS[name]} figure={figures[name]} share={name === 'ceRecovered'} />
          ))}
          <Tr>
            <Td className="text-heading">Cross-entropy</Td>
            <Td number className="whitespace-nowrap text-heading">
              {[figures.ceClean, figures.ceSae, figures.ceZero]
                .map(({ value }) => (value === null ? DASH : formatValue(value)))
                .join(' / ')}
            </Td>
            <Td number>{DASH}</Td>
            <Td className="text-xs text-muted">Nats per token: unchanged, with the SAE, with zeros at the site.</Td>
          </Tr>
          <Tr>
            <Td className="text-heading">Never fired</Td>
            <Td number className="text-heading">
              {formatPercent(figures.deadShare)}
            </Td>
            <Td number>{DASH}</Td>
            <Td className="text-xs text-muted">
              Share of features that fired at none of these {formatNumber(text.tokens)} tokens; it falls as more are
              read.
            </Td>
          </Tr>
        </tbody>
      </Table>
      {check.notes.map((note) => (
        <Notice key={note} tone="amber">
          {note}
        </Notice>
      ))}
      {check.trials.length > 0 && <Trials check={check} />}
      <p className="text-xs text-muted">
        Intervals are over contexts (jackknife). BOS positions keep their activations and are in no figure.
      </p>
    </div>
  )
}

interface FigureRowProps {
  label: string
  text: string
  figure: CheckFigure
  /** Shown in percent. */
  share: boolean
}

function FigureRow({ label, text, figure, share }: FigureRowProps) {
  const show = (value: number | null): string =>
    value === null ? DASH : share ? formatPercent(value) : formatValue(value)
  const { value, low, high } = figure
  return (
    <Tr>
      <Td className="whitespace-nowrap text-heading">{label}</Td>
      <Td number className="text-heading">
        {value === null ? 'not finite' : show(value)}
      </Td>
      <Td number className="whitespace-nowrap">
        {low === null || high === null ? DASH : `${show(low)} to ${show(high)}`}
      </Td>
      <Td className="text-xs text-muted">{text}</Td>
    </Tr>
  )
}

/** Other readings that were tried because something was doubtful; nothing was changed by them. */
function Trials({ check }: { check: SaeCheck }) {
  const sorted = [...check.trials].sort((a, b) => (a.fvu ?? Infinity) - (b.fvu ?? Infinity))
  return (
    <details className="rounded-lg border border-line">
      <summary className="cursor-pointer px-4 py-2.5 text-sm text-heading">
        Also tried, because something was doubtful: {formatNumber(check.trials.length)} other sites and scales
      </summary>
      <Table label="Other readings" className="max-h-72 overflow-y-auto rounded-none border-0 border-t">
        <thead>
          <tr>
            <Th>Read as</Th>
            <Th number>FVU</Th>
            <Th number>L0</Th>
            <Th number>Tokens</Th>
          </tr>
        </thead>
        <tbody>
          {sorted.map(({ label, fvu, l0, tokens }) => (
            <Tr key={label}>
              <Td className="text-heading">{label}</Td>
              <Td number>{fvu === null ? 'not finite' : formatValue(fvu)}</Td>
              <Td number>{l0 === null ? DASH : formatValue(l0)}</Td>
              <Td number>{formatNumber(tokens)}</Td>
            </Tr>
          ))}
        </tbody>
      </Table>
    </details>
  )
}

function CheckDialog({ sae, onClose }: { sae: Sae; onClose(): void }) {
  const start = useCheckSae(sae.id)
  const [text, setText] = useState({
    tokenizationId: sae.check?.text.tokenizationId ?? '',
    tokens: CHECK_TOKENS.usual as number,
  })
  const run = () =>
    start.mutate({ tokenizationId: text.tokenizationId || null, tokens: text.tokens }, { onSuccess: onClose })
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Check ${sae.name}`}
      description="The result replaces the one shown; nothing of the SAE is changed."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" busy={start.isPending} onClick={run}>
            Start check
          </Button>
        </>
      }
    >
      <div className="space-y-4">
        <CheckTextFields modelId={sae.modelId} value={text} onChange={(part) => setText({ ...text, ...part })} />
        {start.error && <Notice tone="red">{errorText(start.error)}</Notice>}
      </div>
    </Dialog>
  )
}
