// One feature: name, figures, histogram, output tokens, neighbours, examples, and a box to try other text.
import type { Extraction, Feature } from '@mistudio/contracts'
import ChevronLeft from 'lucide-react/icons/chevron-left'
import ChevronRight from 'lucide-react/icons/chevron-right'
import Star from 'lucide-react/icons/star'
import { Link, useNavigate } from 'react-router'
import { Histogram } from '../../../charts/index.js'
import { useFeature } from '../../../data/features.js'
import { useLiveStatus } from '../../../live/index.js'
import { places } from '../../../places/index.js'
import { textLine, useExtraction } from '../../../shared/extractions/index.js'
import {
  Card,
  ErrorState,
  formatCount,
  formatPercent,
  formatValue,
  IconButton,
  LinkButton,
  Page,
  SkeletonList,
  Stat,
  StatRow,
  toast,
  useHotkey,
  usePlace,
} from '../../../ui/index.js'
import { useAnnotate } from '../api.js'
import { Examples } from './examples.js'
import { FeatureNames } from './feature-names.js'
import { Logits } from './logits.js'
import { Probe } from './probe.js'

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
    <Page title={Number.isNaN(index) ? 'Feature' : `Feature ${index}`} crumbs={crumbs}>
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

function FeatureView({
  feature,
  crumbs,
  extraction,
}: {
  feature: Feature
  crumbs: { label: string; to: string }[]
  extraction: Extraction | undefined
}) {
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
    <Page
      title={`Feature ${feature.index}`}
      documentTitle={feature.label ? `${feature.index}: ${feature.label}` : `Feature ${feature.index}`}
      crumbs={crumbs}
      actions={
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
          <LinkButton
            kind="primary"
            to={places.steering({ extraction: feature.extractionId, features: [feature.index] })}
          >
            Steer with this feature
          </LinkButton>
        </>
      }
    >
      <div className="space-y-5">
        <FeatureNames feature={feature} />
        {extraction && <p className="text-sm text-muted">{textLine(extraction)}</p>}
        <StatRow>
          <Stat
            label="Density"
            value={formatPercent(feature.density, 3)}
            detail="of tokens read"
            title="Share of read tokens on which the feature is not zero."
          />
          <Stat
            label="Max activation"
            value={formatValue(feature.maxActivation)}
            title="Strongest activation over all tokens read."
          />
          <Stat
            label="Mean activation"
            value={formatValue(feature.meanActivation)}
            detail="where it fires"
            title="Mean over the tokens on which it fires."
          />
          <Stat
            label="Firings"
            value={formatCount(feature.firings)}
            detail="tokens"
            title="Tokens on which it fires."
          />
        </StatRow>
        <Probe feature={feature} />
        <div className="grid items-start gap-5 xl:grid-cols-[minmax(0,1fr)_400px]">
          <Examples feature={feature} />
          <div className="space-y-5">
            <Card title="Activations" description="Tokens per strength, zero left out.">
              <Histogram {...feature.histogram} xLabel="activation" yLabel="tokens" />
            </Card>
            <Logits feature={feature} scale={extraction?.summary?.outputScale} />
            <Neighbours feature={feature} />
          </div>
        </div>
      </div>
    </Page>
  )
}

function Neighbours({ feature }: { feature: Feature }) {
  return (
    <Card title="Nearest features" description="By cosine of decoder directions.">
      {feature.neighbours.length === 0 ? (
        <p className="text-sm text-muted">None were kept by this extraction.</p>
      ) : (
        <ul className="space-y-1">
          {feature.neighbours.map((near) => (
            <li key={near.index} className="flex items-baseline gap-3 text-sm">
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
                {near.cosine.toFixed(3)}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}
