// Models of the Hugging Face hub: search, what is on this computer already, and one repository in a drawer.
import CloudDownload from 'lucide-react/icons/cloud-download'
import KeyRound from 'lucide-react/icons/key-round'
import { useHubLocal } from '../../../data/index.js'
import { places } from '../../../places/index.js'
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
  usePlace,
} from '../../../ui/index.js'
import { useHubSearch } from '../api.js'
import { namedRepo, SORTS, sortOf } from '../prepare.js'
import { CachedModels } from './cached-models.js'
import { HubDrawer } from './hub-drawer.js'
import { HubTable } from './hub-table.js'

export function HubPage() {
  const [asked, change] = usePlace(places.hub)
  const { q: words = '', repo, revision: askedRevision = 'main' } = asked
  const sort = sortOf(asked.sort ?? null)
  const local = useHubLocal()
  const open = (repo: string, revision = 'main') => change({ repo, revision })
  const close = () => change({ repo: null, revision: null })
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
        <LinkButton to={places.settings({ tab: 'hub' })} icon={KeyRound}>
          {local.data?.token === 'none' ? 'Add a token' : 'Token'}
        </LinkButton>
      }
    >
      <div className="mb-4 flex flex-wrap items-center gap-3">
        <SearchInput
          value={words}
          onChange={(value) => change({ q: value.trim() }, { replace: true })}
          placeholder="Search models, or name one as organisation/name"
          className="min-w-72 flex-1"
        />
        <Select
          aria-label="Order"
          value={sort}
          onChange={(value) => change({ sort: value }, { replace: true })}
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
      {repo && <HubDrawer key={repo} repo={repo} asked={askedRevision} onClose={close} />}
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
