// The self-check of an SAE: verdict with its reasons, figures with intervals, what else was tried, and running it again.
import {
  CHECK_FIGURES,
  CHECK_TOKENS,
  type FigureEstimate,
  INTERVAL_TEXT,
  SAE_FIGURES,
  type Sae,
  type SaeCheck,
} from '@mistudio/contracts'
import CircleCheck from 'lucide-react/icons/circle-check'
import CircleHelp from 'lucide-react/icons/circle-question-mark'
import RotateCcw from 'lucide-react/icons/rotate-ccw'
import TriangleAlert from 'lucide-react/icons/triangle-alert'
import { useState } from 'react'
import { useSend } from '../../../data/index.js'
import { JobProgress } from '../../../jobs/view/job-progress.js'
import { isActive } from '../../../live/index.js'
import { sharesLine } from '../../../shared/extractions/text.js'
import {
  Badge,
  Button,
  Card,
  DASH,
  Dialog,
  errorText,
  formatDuration,
  formatInterval,
  formatNumber,
  formatPercent,
  formatValue,
  Notice,
  plural,
  RelativeTime,
  Table,
  Td,
  Th,
  Tr,
} from '../../../ui/index.js'
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

const VERDICTS = {
  fits: { word: 'Fits', tone: 'emerald', icon: CircleCheck, title: '' },
  poor: { word: 'Works poorly', tone: 'amber', icon: TriangleAlert, title: 'It belongs here, and works poorly' },
  undecided: { word: 'Cannot tell', tone: 'amber', icon: CircleHelp, title: 'Whether it fits cannot be told' },
  does_not_fit: { word: 'Does not fit', tone: 'red', icon: TriangleAlert, title: 'It does not fit' },
} as const

export function VerdictBadge({ check }: { check: SaeCheck }) {
  const { word, tone, icon } = VERDICTS[check.verdict]
  return (
    <Badge tone={tone} icon={icon}>
      {word}
    </Badge>
  )
}

function Basis({ check }: { check: SaeCheck }) {
  const { text, model, site, siteOut } = check
  return (
    <>
      {formatNumber(text.tokens)} tokens in {formatNumber(text.contexts)} contexts of {formatNumber(text.contextSize)},{' '}
      {text.documents !== undefined && `${plural(text.documents, 'document')}, `}
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
  const { tone, icon, title } = VERDICTS[check.verdict]
  return (
    <div className="mt-1 space-y-4">
      {check.reasons.length > 0 && (
        <Notice tone={tone} icon={icon} title={title}>
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
          {CHECK_FIGURES.map((name) => {
            const figure = figures[name]
            return (
              figure && <FigureRow key={name} {...SAE_FIGURES[name]} figure={figure} share={SHARES.includes(name)} />
            )
          })}
          <Tr>
            <Td className="text-heading">{SAE_FIGURES.neverFired.label}</Td>
            <Td number className="text-heading">
              {formatPercent(figures.deadShare)}
            </Td>
            <Td number>{DASH}</Td>
            <Td className="text-xs text-muted">
              {SAE_FIGURES.neverFired.text} Here {formatNumber(text.tokens)}.
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
        {text.read && `${sharesLine(text.read, text.trainedOn ?? 'unknown')} `}
        {text.documents === undefined
          ? 'This check is from before intervals left out whole documents: its intervals are too narrow. Check it again.'
          : INTERVAL_TEXT}{' '}
        BOS positions keep their activations and are in no figure.
      </p>
    </div>
  )
}

/** Figures shown in percent. */
const SHARES: readonly string[] = ['ceRecovered', 'ceRecoveredEveryPosition']

interface FigureRowProps {
  label: string
  text: string
  figure: FigureEstimate
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
        {value === null ? 'no value' : show(value)}
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
            <Th number>Better by, 95 %</Th>
            <Th number>L0</Th>
            <Th number>Tokens</Th>
          </tr>
        </thead>
        <tbody>
          {sorted.map(({ label, fvu, gain, l0, tokens }) => (
            <Tr key={label}>
              <Td className="text-heading">{label}</Td>
              <Td number>{fvu === null ? 'not finite' : formatValue(fvu)}</Td>
              <Td number className="whitespace-nowrap">
                {formatInterval(gain, formatValue) ?? DASH}
              </Td>
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
  const start = useSend('checkSae')
  const [text, setText] = useState({
    tokenizationId: sae.check?.text.tokenizationId ?? '',
    tokens: CHECK_TOKENS.usual as number,
  })
  const run = () =>
    start.mutate(
      { params: { id: sae.id }, body: { tokenizationId: text.tokenizationId || null, tokens: text.tokens } },
      { onSuccess: onClose },
    )
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
