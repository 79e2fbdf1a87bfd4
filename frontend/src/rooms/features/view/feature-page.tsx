// One feature at a glance: name and figures in the head, examples beside what it does to the output and how strongly it fires.
import type { Extraction, Feature } from '@mistudio/contracts'
import ChevronLeft from 'lucide-react/icons/chevron-left'
import ChevronRight from 'lucide-react/icons/chevron-right'
import Star from 'lucide-react/icons/star'
import { Link, useNavigate } from 'react-router'
import { Histogram } from '../../../charts/index.js'
import { useExtraction, useFeature } from '../../../data/index.js'
import { useLiveStatus } from '../../../live/index.js'
import { places } from '../../../places/index.js'
import { textLine } from '../../../shared/extractions/index.js'
import {
  CopyButton,
  ErrorState,
  formatNumber,
  formatPercent,
  formatValue,
  IconButton,
  LinkButton,
  Page,
  SkeletonList,
  toast,
  useHotkey,
  usePlace,
} from '../../../ui/index.js'
import { useAnnotate } from '../api.js'
import { useNames } from '../names.js'
import { Examples } from './examples.js'
import { LabelField, NamesTrouble, Notes } from './feature-names.js'
import { LogSwitch, useLogCounts } from './log-switch.js'
import { LogitSpread, Logits } from './logits.js'
import { OwnText } from './own-text.js'
import { Panel } from './panel.js'

export function FeaturePage() {
  const [{ extractionId = '', index = Number.NaN }] = usePlace(places.feature)
  const feature = useFeature(extractionId, index)
  const extraction = useExtraction(extractionId)
  const since = useLiveStatus((state) => state.lastContact)
  const crumbs = [
    { label: 'Features', to: places.extractions() },
    { label: extraction.data?.saeName ?? 'Browser', to: places.features({ extractionId }) },
  ]
  if (feature.data)
    return <FeatureView key={feature.data.index} feature={feature.data} crumbs={crumbs} extraction={extraction.data} />
  return (
    <Page wide title={Number.isNaN(index) ? 'Feature' : `Feature ${index}`} crumbs={crumbs}>
      {Number.isNaN(index) ? (
        <ErrorState error={new Error('The address names no feature: features have numbers.')} />
      ) : feature.error ? (
        <ErrorState error={feature.error} since={since} onRetry={() => void feature.refetch()} />
      ) : (
        <SkeletonList rows={3} className="h-32" />
      )}
    </Page>
  )
}

interface ViewProps {
  feature: Feature
  crumbs: { label: string; to: string }[]
  extraction: Extraction | undefined
}

function FeatureView({ feature, crumbs, extraction }: ViewProps) {
  const names = useNames(feature)
  return (
    <Page
      wide
      title={`Feature ${feature.index}`}
      documentTitle={feature.label ? `${feature.index}: ${feature.label}` : `Feature ${feature.index}`}
      crumbs={crumbs}
      state={<LabelField names={names} />}
      actions={<Actions feature={feature} />}
    >
      <Figures feature={feature} extraction={extraction} />
      <NamesTrouble names={names} />
      <div className="grid items-start gap-3 lg:grid-cols-[minmax(0,1fr)_340px] 2xl:grid-cols-[minmax(0,1fr)_420px]">
        <div className="min-w-0 space-y-3">
          <OwnText extraction={{ id: feature.extractionId }} index={feature.index} max={feature.maxActivation} />
          <Examples feature={feature} extraction={extraction} />
        </div>
        <div className="grid min-w-0 items-start gap-3 sm:max-lg:grid-cols-2">
          <Logits feature={feature} scale={extraction?.summary?.outputScale} />
          <Activations feature={feature} />
          <LogitSpread feature={feature} />
          <Neighbours feature={feature} />
          <Notes names={names} />
        </div>
      </div>
    </Page>
  )
}

function Actions({ feature }: { feature: Feature }) {
  const navigate = useNavigate()
  const annotate = useAnnotate(feature.extractionId, feature.saeId)
  const go = (index: number | null) =>
    index !== null && void navigate(places.feature({ extractionId: feature.extractionId, index }))
  const star = () =>
    annotate.mutate(
      { index: feature.index, change: { starred: !feature.starred } },
      { onError: (error) => toast.error(error) },
    )
  useHotkey('arrowleft', () => go(feature.previous), { label: 'Previous feature' })
  useHotkey('arrowright', () => go(feature.next), { label: 'Next feature' })
  useHotkey('s', star, { label: 'Star the feature' })
  return (
    <>
      <IconButton
        icon={Star}
        label={feature.starred ? 'Remove the star (s)' : 'Star (s)'}
        pressed={feature.starred}
        onClick={star}
        {...(feature.starred ? { iconClassName: 'fill-current text-tone-amber' } : {})}
      />
      <IconButton
        icon={ChevronLeft}
        label="Previous feature (←)"
        disabledReason={feature.previous === null ? 'This is the first feature.' : null}
        onClick={() => go(feature.previous)}
      />
      <IconButton
        icon={ChevronRight}
        label="Next feature (→)"
        disabledReason={feature.next === null ? 'This is the last feature.' : null}
        onClick={() => go(feature.next)}
      />
      <CopyButton text={window.location.href} label="Share link" />
      <LinkButton
        kind="primary"
        size="sm"
        to={places.steering({ extraction: feature.extractionId, features: [feature.index] })}
      >
        Steer
      </LinkButton>
    </>
  )
}

/** The figures in one line, and where they come from. */
function Figures({ feature, extraction }: { feature: Feature; extraction: Extraction | undefined }) {
  const figures = [
    ['density', formatPercent(feature.density, 3), 'Share of read tokens on which the feature is not zero.'],
    ['max', formatValue(feature.maxActivation), 'Strongest activation over all tokens read.'],
    ['mean', formatValue(feature.meanActivation), 'Mean over the tokens on which it fires.'],
    ['fires on', `${formatNumber(feature.firings)} tokens`, 'Tokens on which it is not zero.'],
  ] as const
  return (
    <p className="-mt-4 mb-3 flex flex-wrap items-baseline gap-x-4 gap-y-0.5 text-sm text-muted">
      {figures.map(([label, value, title]) => (
        <span key={label} title={title} className="whitespace-nowrap">
          {label} <span className="font-semibold text-heading tabular-nums">{value}</span>
        </span>
      ))}
      {extraction && <span className="text-xs">{textLine(extraction)}</span>}
    </p>
  )
}

function Activations({ feature }: { feature: Feature }) {
  const [log, setLog] = useLogCounts('activations', false)
  return (
    <Panel
      title="Activations"
      help="Tokens per strength. Tokens on which the feature is zero are left out."
      actions={<LogSwitch log={log} onLog={setLog} />}
    >
      <Histogram {...feature.histogram} xLabel="activation" yLabel="tokens" height={140} log={log} />
    </Panel>
  )
}

function Neighbours({ feature }: { feature: Feature }) {
  return (
    <Panel title="Nearest features" help="By the cosine of decoder directions: what writes alike into the model.">
      {feature.neighbours.length === 0 ? (
        <p className="text-sm text-muted">None were kept by this extraction.</p>
      ) : (
        <ul>
          {feature.neighbours.map((near) => (
            <li key={near.index} className="flex items-baseline gap-3 text-sm leading-6">
              <Link
                to={places.feature({ extractionId: feature.extractionId, index: near.index })}
                className="font-mono text-heading hover:underline"
              >
                {near.index}
              </Link>
              <span className="min-w-0 flex-1 truncate">
                {near.label ?? <span className="text-muted">no label</span>}
              </span>
              <span className="tabular-nums" title="cosine">
                {near.cosine.toFixed(3).replace('-', '−')}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}
