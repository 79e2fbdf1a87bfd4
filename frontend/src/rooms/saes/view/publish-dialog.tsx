// An upload to the hub: where to, in which layout, and the model card, which is seen and may be changed before anything leaves.
import {
  HubRepoSchema,
  MAX_CARD_CHARACTERS,
  type PublishSae,
  SAE_LAYOUT_TEXTS,
  type Sae,
  type SaeExport,
  type SaeExportLayout,
} from '@mistudio/contracts'
import CloudUpload from 'lucide-react/icons/cloud-upload'
import { useState } from 'react'
import { Link } from 'react-router'
import { useHubLocal, useSend } from '../../../data/index.js'
import { places } from '../../../places/index.js'
import {
  Button,
  Checkbox,
  Dialog,
  ErrorState,
  errorText,
  Field,
  Input,
  Notice,
  Select,
  Skeleton,
  Textarea,
} from '../../../ui/index.js'
import { useSaeCard } from '../api.js'
import { folderFor } from '../prepare.js'

interface PublishDialogProps {
  sae: Sae
  exports: readonly SaeExport[]
  onClose(): void
}

export function PublishDialog({ sae, exports, onClose }: PublishDialogProps) {
  const card = useSaeCard(sae.id)
  const hub = useHubLocal()
  const publish = useSend('publishSae')
  const [written, setWritten] = useState<string | null>(null)
  const [draft, setDraft] = useState({
    repo: '',
    path: folderFor(sae),
    layout: 'saelens' as SaeExportLayout,
    private: true,
    cardAtTop: true,
    message: `Upload ${sae.name}`.slice(0, 200),
  })
  const change = (part: Partial<typeof draft>) => setDraft({ ...draft, ...part })
  const text = written ?? card.data?.card ?? ''
  const problem = publishProblem(draft.repo, text, hub.data?.token)
  const submit = () => {
    const body: PublishSae = { ...draft, repo: draft.repo.trim(), revision: 'main', card: text }
    publish.mutate({ params: { id: sae.id }, body }, { onSuccess: onClose })
  }
  return (
    <Dialog
      open
      onClose={onClose}
      size="lg"
      keepOnOutsideClick
      title={`Upload ${sae.name} to the hub`}
      description="One commit with the files and the card, made with your stored token. Check what leaves this machine."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" icon={CloudUpload} busy={publish.isPending} disabledReason={problem} onClick={submit}>
            Upload
          </Button>
        </>
      }
    >
      <div className="space-y-4">
        {hub.data?.token === 'none' && (
          <Notice tone="amber" title="A token is missing">
            Writing to {hub.data.endpoint} needs a token with write access.{' '}
            <Link to={places.settings({ tab: 'hub' })} className="underline">
              Store one
            </Link>
          </Notice>
        )}
        <div className="grid gap-4 md:grid-cols-2">
          <Field label="Repository" required hint="Made when it is not there.">
            <Input
              data-autofocus
              value={draft.repo}
              onChange={(event) => change({ repo: event.target.value })}
              placeholder="organisation/name"
              className="font-mono"
            />
          </Field>
          <Field label="Folder" hint="Inside the repository; empty: its top.">
            <Input
              value={draft.path}
              onChange={(event) => change({ path: event.target.value })}
              className="font-mono"
            />
          </Field>
          <Field label="Layout">
            <Select
              value={draft.layout}
              onChange={(layout) => change({ layout })}
              options={exports
                .filter((one) => one.problem === null)
                .map(({ layout }) => ({ value: layout, label: SAE_LAYOUT_TEXTS[layout].label }))}
            />
          </Field>
          <Field label="Commit message">
            <Input
              value={draft.message}
              onChange={(event) => change({ message: event.target.value })}
              maxLength={200}
            />
          </Field>
        </div>
        <div className="flex flex-wrap gap-x-8 gap-y-3">
          <Checkbox
            checked={draft.private}
            onChange={(value) => change({ private: value })}
            label="Private"
            hint="Of a repository that this makes."
          />
          <Checkbox
            checked={draft.cardAtTop}
            onChange={(value) => change({ cardAtTop: value })}
            label="Card at the top of the repository"
            hint="Replaces a README.md that is there; otherwise it lies beside the files."
          />
        </div>
        <Field
          label="Model card (README.md)"
          hint="Written from what is known of the SAE. Names of datasets and models are in it."
        >
          {card.error ? (
            <ErrorState error={card.error} onRetry={() => void card.refetch()} />
          ) : card.data ? (
            <Textarea
              value={text}
              onChange={(event) => setWritten(event.target.value)}
              maxLength={MAX_CARD_CHARACTERS}
              className="field-sizing-content min-h-64 font-mono text-xs"
            />
          ) : (
            <Skeleton className="h-64" />
          )}
        </Field>
        {publish.error && (
          <Notice tone="red" title="The upload could not be started">
            {errorText(publish.error)}
          </Notice>
        )}
      </div>
    </Dialog>
  )
}

function publishProblem(repo: string, card: string, token: string | undefined): string | null {
  if (token === 'none') return 'Store a token with write access first.'
  if (!HubRepoSchema.safeParse(repo).success || !repo.includes('/')) return 'Give the repository as organisation/name.'
  return card.trim() ? null : 'The card is empty.'
}
