// The Hugging Face token: stored encrypted, never shown again; and which hub is asked.
import KeyRound from 'lucide-react/icons/key-round'
import Trash2 from 'lucide-react/icons/trash-2'
import { type FormEvent, useState } from 'react'
import { send, useHubLocal, useRead, useSend } from '../../../data/index.js'
import {
  Button,
  Card,
  ConfirmDialog,
  ErrorState,
  errorText,
  Facts,
  Field,
  Input,
  Notice,
  RelativeTime,
  Skeleton,
  toast,
} from '../../../ui/index.js'

export function HubTokenCard() {
  const stored = useRead('getHubToken')
  const local = useHubLocal()
  const [deleting, setDeleting] = useState(false)
  if (stored.error && !stored.data) return <ErrorState error={stored.error} onRetry={() => void stored.refetch()} />
  if (!stored.data) return <Skeleton className="h-48" />
  const { hasToken, lastFour, updatedAt } = stored.data
  return (
    <Card
      title="Hugging Face"
      description="A token with read access opens gated and private repositories. It is stored encrypted, goes to the hub only, and is never shown again."
      actions={
        hasToken && (
          <Button icon={Trash2} onClick={() => setDeleting(true)}>
            Delete token
          </Button>
        )
      }
    >
      <div className="space-y-5">
        {hasToken ? (
          <Notice
            tone="emerald"
            icon={KeyRound}
            title={`A token is stored${lastFour ? `, ending in ${lastFour}` : ''}`}
          >
            {updatedAt && (
              <>
                Stored <RelativeTime at={updatedAt} />. A new one replaces it.
              </>
            )}
          </Notice>
        ) : (
          <p className="text-sm text-body">
            {local.data?.token === 'environment'
              ? 'No token is stored: the one of the environment variable HF_TOKEN is used.'
              : 'No token is stored: only open repositories can be read. The environment variable HF_TOKEN is used when it is set.'}
          </p>
        )}
        <TokenForm />
        <Facts
          rows={[
            ['Hub (HF_ENDPOINT)', local.data?.endpoint ?? (local.error ? errorText(local.error) : '…')],
            ['Cache of this computer', local.data?.cacheFolder ?? '…'],
            ['HF_HUB_OFFLINE', local.data ? (local.data.offline ? 'set: the hub is never asked' : 'not set') : '…'],
          ]}
        />
      </div>
      <ConfirmDialog
        open={deleting}
        onClose={() => setDeleting(false)}
        verb="Delete"
        kind="token"
        name="the Hugging Face token"
        onConfirm={async () => {
          await send('deleteHubToken', {})
          toast.success('The token is deleted.')
        }}
      >
        Gated and private repositories cannot be downloaded any more. Models that were downloaded stay.
      </ConfirmDialog>
    </Card>
  )
}

function TokenForm() {
  const [token, setToken] = useState('')
  const store = useSend('setHubToken')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!token.trim()) return
    store.mutate(
      { body: { token: token.trim() } },
      {
        onSuccess: () => {
          setToken('')
          toast.success('The token is stored.')
        },
      },
    )
  }
  return (
    <form onSubmit={submit} className="flex flex-wrap items-end gap-3">
      <Field label="Token" error={store.error ? errorText(store.error) : null} className="min-w-64 flex-1">
        <Input
          type="password"
          autoComplete="new-password"
          value={token}
          onChange={(event) => setToken(event.target.value)}
          placeholder="hf_…"
          className="font-mono"
        />
      </Field>
      <Button
        type="submit"
        icon={KeyRound}
        busy={store.isPending}
        disabledReason={token.trim() ? null : 'Paste a token first.'}
      >
        Store token
      </Button>
    </form>
  )
}
