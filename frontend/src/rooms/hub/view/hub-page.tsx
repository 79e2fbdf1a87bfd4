// Models of the Hugging Face hub: search, what is on this computer already, and one repository in a drawer.
import CloudDownload from 'lucide-react/icons/cloud-download'
import KeyRound from 'lucide-react/icons/key-round'
import { useHubLocal } from '../../../data/hub.js'
import {
  Button,
  EmptyState,
  ErrorState,
  LinkButton,
  Notice,
  Page,
  SearchInput,
  Select,
  SkeletonList,
  useUrlParams,
} from '../../../ui/index.js'
import { useHubSearch } from '../api.js'
import { namedRepo, SORTS, sortOf } from '../prepare.js'
import { CachedModels } from './cached-models.js'
import { HubDrawer } from './hub-drawer.js'
import { HubTable } from './hub-table.js'

export function HubPage() {
  const [params, update] = useUrlParams()
  const [words, sort] = [params.get('q') ?? '', sortOf(params.get('sort'))]
  const local = useHubLocal()
  const set = (name: string, value: string) => update({ [name]: value || null }, { replace: true })
  const open = (repo: string, revision = 'main') => update({ repo, revision })
  const close = () => update({ repo: null, revision: null })
  const repo = params.get('repo')
  const exact = namedRepo(words)
  return (
    <Page
      title="Hub"
      subtitle={
        local.data
          ? `Models from ${local.data.endpoint}. Only the files that are needed are fetched: config, tokenizer and weights (safetensors, or an ONNX export).`
          : 'Models from the Hugging Face hub.'
      }
      actions={
        <LinkButton to="/settings?tab=hub" icon={KeyRound}>
          {local.data?.token === 'none' ? 'Add a token' : 'Token'}
        </LinkButton>
      }
    >
      <div className="mb-4 flex flex-wrap items-center gap-3">
        <SearchInput
          value={words}
          onChange={(value) => set('q', value.trim())}
          placeholder="Search models, or name one as organisation/name"
          className="min-w-72 flex-1"
        />
        <Select
          aria-label="Order"
          value={sort}
          onChange={(value) => set('sort', value)}
          options={SORTS}
          className="w-44"
        />
        {exact && (
          <Button kind="info" onClick={() => open(exact)}>
            Open {exact}
          </Button>
        )}
      </div>
      {local.data?.offline ? (
        <Notice tone="amber" title="Offline">
          HF_HUB_OFFLINE is set, so {local.data.endpoint} is not asked. Models of the cache below can still be added.
        </Notice>
      ) : (
        <Results words={words} sort={sort} onOpen={open} />
      )}
      {local.data && <CachedModels local={local.data} onOpen={open} />}
      {repo && <HubDrawer key={repo} repo={repo} asked={params.get('revision') ?? 'main'} onClose={close} />}
    </Page>
  )
}

function Results({
  words,
  sort,
  onOpen,
}: {
  words: string
  sort: ReturnType<typeof sortOf>
  onOpen(repo: string): void
}) {
  const search = useHubSearch({ query: words, sort })
  if (search.error) return <ErrorState error={search.error} onRetry={() => void search.refetch()} />
  if (!search.data) return <SkeletonList rows={6} className="h-10" />
  if (search.data.models.length === 0)
    return (
      <EmptyState icon={CloudDownload}>
        No model of {search.data.endpoint} fits “{words}”. Private ones are found with a token that may read them.
      </EmptyState>
    )
  return (
    <div className={search.isPlaceholderData ? 'opacity-60' : ''} aria-busy={search.isFetching}>
      <HubTable models={search.data.models} onOpen={onOpen} />
      <p className="mt-2 text-xs text-muted">
        The first {search.data.models.length}. The size is that of the weights, where the hub has counted it.
      </p>
    </div>
  )
}
