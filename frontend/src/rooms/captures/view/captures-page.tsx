// The list of captures.
import type { Capture } from '@mistudio/contracts'
import Boxes from 'lucide-react/icons/boxes'
import GitCompareArrows from 'lucide-react/icons/git-compare-arrows'
import { useNavigate } from 'react-router'
import { DamageBadge } from '../../../jobs/view/damage.js'
import { JobProgress } from '../../../jobs/view/job-progress.js'
import { newestFirst, oldestFirst, ResourceCard, ResourceList, type RulesOf } from '../../../kit/index.js'
import { isActive } from '../../../live/index.js'
import { places } from '../../../places/index.js'
import { RunPrecision } from '../../../shared/precision/index.js'
import { LinkButton, RelativeTime, StatusBadge } from '../../../ui/index.js'
import { deleteCapture } from '../api.js'
import { captureLine, captureTitle } from '../prepare.js'

const NOUNS = { one: 'capture', many: 'captures' }
const RULES: RulesOf<'listCaptures'> = {
  orders: [newestFirst, oldestFirst],
  filters: [
    { id: 'model', label: 'Model' },
    { id: 'dataset', label: 'Dataset' },
  ],
}

export function CapturesPage() {
  const navigate = useNavigate()
  const start = (
    <LinkButton kind="primary" to={places.newCapture()}>
      Capture activations
    </LinkButton>
  )
  return (
    <ResourceList
      of="listCaptures"
      title="Captures"
      subtitle="What a model computes at chosen sites, kept in files."
      nouns={NOUNS}
      rules={RULES}
      icon={Boxes}
      actions={start}
      empty="No captures yet. A capture reads a tokenized dataset through a model once and keeps the activations."
      emptyActions={start}
      nameOf={captureTitle}
      card={(capture) => <CaptureCard capture={capture} />}
      bulk={[
        {
          label: 'Compare',
          icon: GitCompareArrows,
          reason: ({ length }) => (length === 2 ? null : 'Select two.'),
          run: ([a, b]) => void navigate(places.compareCaptures({ a: a?.id, b: b?.id })),
        },
      ]}
      deletion={{
        goes: () => ['Its files, statistics and comparisons'],
        stays: () => ['SAEs that were trained on them'],
        remove: ({ id }) => deleteCapture(id),
      }}
    />
  )
}

function CaptureCard({ capture }: { capture: Capture }) {
  const { job } = capture
  return (
    <ResourceCard
      icon={Boxes}
      tone="cyan"
      name={captureTitle(capture)}
      to={places.capture({ id: capture.id })}
      line={captureLine(capture)}
      marks={<RunPrecision precision={capture.precision} modelId={capture.modelId} />}
      aside={
        <>
          <DamageBadge damage={capture.damage} />
          <StatusBadge status={capture.status === 'ready' ? 'ready' : (job?.state ?? capture.status)} />
        </>
      }
      foot={
        <>
          started <RelativeTime at={capture.createdAt} />
        </>
      }
    >
      {job && isActive(job) && <JobProgress job={job} label={`Capturing ${captureTitle(capture)}`} />}
    </ResourceCard>
  )
}
