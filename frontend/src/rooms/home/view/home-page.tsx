// Home: where to begin, what runs, what was found last.
import FolderPlus from 'lucide-react/icons/folder-plus'
import Sparkles from 'lucide-react/icons/sparkles'
import { Link } from 'react-router'
import { useSend, useSettings } from '../../../data/index.js'
import { useActiveJobs } from '../../../jobs/api.js'
import { JobRow } from '../../../jobs/view/job-row.js'
import { LastFinished } from '../../../jobs/view/last-finished.js'
import { useLiveStatus } from '../../../live/index.js'
import { places } from '../../../places/index.js'
import { Card, ErrorState, LinkButton, Page, RelativeTime, Skeleton, SkeletonList, toast } from '../../../ui/index.js'
import { useHomeData } from '../api.js'
import { checklist, demoTarget, type HomeData, lastResults, type Step } from '../prepare.js'
import { Checklist } from './checklist.js'

export function HomePage() {
  const { data, error, retry } = useHomeData()
  const since = useLiveStatus((s) => s.lastContact)
  return (
    <Page
      title="Home"
      documentTitle="Home"
      subtitle="Look inside a language model: find what its activations mean, and change them."
    >
      {data ? (
        <HomeView data={data} />
      ) : error ? (
        <ErrorState error={error} since={since} onRetry={retry} />
      ) : (
        <SkeletonList rows={3} className="h-40" />
      )}
    </Page>
  )
}

function HomeView({ data }: { data: HomeData }) {
  const settings = useSettings().data
  const update = useSend('updateSettings')
  const steps = checklist(data)
  const results = lastResults(data)
  const hide = (firstRunDone: boolean) =>
    update.mutate({ body: { firstRunDone } }, { onError: (error) => toast.error(error) })
  return (
    <div className="space-y-6">
      {settings && !settings.firstRunDone && <Doors data={data} next={steps.find((step) => !step.done)} />}
      <div className="grid items-start gap-6 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        {settings && !settings.firstRunDone ? (
          <Checklist steps={steps} onHide={() => hide(true)} />
        ) : (
          <Results results={results} {...(settings ? { onShowSteps: () => hide(false) } : {})} />
        )}
        <div className="space-y-6">
          <Running />
          {settings && !settings.firstRunDone && results.length > 0 && <Results results={results} />}
        </div>
      </div>
    </div>
  )
}

function Doors({ data, next }: { data: HomeData; next: Step | undefined }) {
  const demo = demoTarget(data)
  return (
    <div className="grid gap-4 md:grid-cols-2">
      <Card className="border-tone-emerald/40 bg-tone-emerald/5">
        <Sparkles className="size-6 text-tone-emerald" aria-hidden />
        <h2 className="mt-3 text-lg font-semibold text-heading">Look inside the demo</h2>
        <p className="mt-1 mb-4 text-sm text-body">
          {demo
            ? demo.text
            : next?.id === 'model'
              ? 'A small model and its texts come with miStudio, in its demo folder; nothing is downloaded. ./start-mistudio.sh --demo does all six steps by itself.'
              : 'You are on the way: the steps below lead to the features. ./start-mistudio.sh --demo does all of them by itself, for the bundled model.'}
        </p>
        {demo ? (
          <LinkButton kind="primary" to={demo.to}>
            Browse its features
          </LinkButton>
        ) : (
          <LinkButton kind="primary" to={next?.action.to ?? places.extractions()}>
            {next && next.id !== 'model' ? `Next: ${next.action.label.toLowerCase()}` : 'Add the demo model'}
          </LinkButton>
        )}
      </Card>
      <Card>
        <FolderPlus className="size-6 text-tone-purple" aria-hidden />
        <h2 className="mt-3 text-lg font-semibold text-heading">Use my own model</h2>
        <p className="mt-1 mb-4 text-sm text-body">
          A folder with config.json, tokenizer.json and safetensors weights (GPT-2, Llama, Gemma, Qwen, Pythia and
          more), or an ONNX export. It is read in place, never copied and never sent anywhere.
        </p>
        <LinkButton to={places.models({ add: true })}>Choose its folder</LinkButton>
      </Card>
    </div>
  )
}

function Running() {
  const active = useActiveJobs()
  return (
    <Card title="Running now">
      {active.error && !active.data ? (
        <ErrorState error={active.error} onRetry={() => void active.refetch()} />
      ) : !active.data ? (
        <Skeleton />
      ) : active.data.items.length === 0 ? (
        <p className="text-sm text-muted">
          Nothing runs now. <LastFinished />
        </p>
      ) : (
        <div className="space-y-3">
          {active.data.items.slice(0, 4).map((job) => (
            <JobRow key={job.id} job={job} />
          ))}
        </div>
      )}
    </Card>
  )
}

function Results({ results, onShowSteps }: { results: ReturnType<typeof lastResults>; onShowSteps?: () => void }) {
  return (
    <Card
      title="Last results"
      actions={
        onShowSteps && (
          <button type="button" onClick={onShowSteps} className="text-xs text-muted underline hover:text-heading">
            Show first steps
          </button>
        )
      }
    >
      {results.length === 0 ? (
        <p className="text-sm text-muted">Nothing yet. The first one will be a model that is ready.</p>
      ) : (
        <ul className="-mx-2 space-y-0.5">
          {results.map((result) => (
            <li key={result.key}>
              <Link
                to={result.to}
                className="flex items-baseline justify-between gap-4 rounded-lg px-2 py-2 hover:bg-hover"
              >
                <span className="min-w-0">
                  <span className="block truncate text-sm font-medium text-heading">{result.title}</span>
                  <span className="block truncate text-xs text-muted">{result.text}</span>
                </span>
                <RelativeTime at={result.at} className="shrink-0 text-xs text-muted" />
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}
