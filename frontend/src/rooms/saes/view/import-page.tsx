// Importing an SAE: where it lies, what was found there, and which model and site it belongs to.
import { type SaeInspection, type SaeSource } from '@mistudio/contracts'
import CloudDownload from 'lucide-react/icons/cloud-download'
import Server from 'lucide-react/icons/server'
import TriangleAlert from 'lucide-react/icons/triangle-alert'
import UploadIcon from 'lucide-react/icons/upload'
import { useState } from 'react'
import { useModels, useSend } from '../../../data/index.js'
import { places } from '../../../places/index.js'
import { FileBrowser, UploadFiles, useTransfer } from '../../../shared/files/index.js'
import {
  Button,
  Card,
  ErrorState,
  errorText,
  Field,
  Input,
  LinkButton,
  Notice,
  Page,
  ProgressBar,
  SkeletonList,
  Tabs,
  useTabParam,
} from '../../../ui/index.js'
import { HubSaePicker } from './hub-sae-picker.js'
import { ImportForm } from './import-form.js'

const SOURCES = [
  { id: 'path', label: 'On the server', icon: Server },
  { id: 'upload', label: 'From this computer', icon: UploadIcon },
  { id: 'hub', label: 'Hugging Face', icon: CloudDownload },
] as const
type Source = (typeof SOURCES)[number]['id']

export function ImportSaePage() {
  const models = useModels()
  const ready = models.data?.filter(({ status }) => status === 'ready')
  return (
    <Page
      title="Import an SAE"
      crumbs={[{ label: 'SAEs', to: places.saes() }]}
      subtitle="SAELens, EleutherAI sparsify, Llama Scope and Gemma Scope. The files are copied; no code of theirs is run, and pickles are refused."
    >
      {models.error && !models.data ? (
        <ErrorState error={models.error} onRetry={() => void models.refetch()} />
      ) : !ready ? (
        <SkeletonList rows={2} className="h-48" />
      ) : ready.length === 0 ? (
        <Notice
          tone="amber"
          title="A model is missing"
          actions={<LinkButton to={places.models({ add: true })}>Add a model</LinkButton>}
        >
          An SAE belongs to a site of a model, and is checked on it. Add that model first.
        </Notice>
      ) : (
        <Import models={ready} />
      )}
    </Page>
  )
}

function Import({ models }: { models: NonNullable<ReturnType<typeof useModels>['data']> }) {
  const uploading = useTransfer((store) => store.transfer?.upload.purpose === 'sae')
  const [asked, setAsked] = useTabParam<Source>(
    uploading ? ['upload', 'path', 'hub'] : ['path', 'upload', 'hub'],
    'from',
  )
  const inspect = useSend('inspectSae')
  const [found, setFound] = useState<SaeInspection | null>(null)
  const forget = () => {
    setFound(null)
    inspect.reset()
  }
  const look = async (source: SaeSource) => {
    forget()
    // A refusal is shown below through the mutation's error.
    setFound(await inspect.mutateAsync({ body: { source } }).catch(() => null))
  }
  const change = (next: Source) => {
    forget()
    setAsked(next)
  }
  return (
    <div className="space-y-5">
      <Card>
        <Tabs tabs={SOURCES} value={asked} onChange={change} label="Where the SAE lies">
          {asked === 'upload' ? (
            <UploadFiles
              purpose="sae"
              inspected={found !== null}
              onComplete={({ path }) => void look({ kind: 'folder', path })}
            />
          ) : asked === 'hub' ? (
            <HubSaePicker busy={inspect.isPending} onChoose={(source) => void look(source)} onChange={forget} />
          ) : (
            <ServerFolder
              busy={inspect.isPending}
              onLook={(path) => void look({ kind: 'folder', path })}
              onChange={forget}
            />
          )}
        </Tabs>
      </Card>
      {inspect.isPending && <ProgressBar fraction={null} tone="purple" label="Looking inside" />}
      {inspect.error && (
        <Notice tone="red" icon={TriangleAlert} title="This cannot be imported">
          {errorText(inspect.error)}
        </Notice>
      )}
      {found && (
        <ImportForm key={JSON.stringify(found.origin)} found={found} models={models} fromUpload={asked === 'upload'} />
      )}
    </div>
  )
}

interface ServerFolderProps {
  busy: boolean
  onLook(path: string): void
  onChange(): void
}

function ServerFolder({ busy, onLook, onChange }: ServerFolderProps) {
  const [path, setPath] = useState('')
  const choose = (next: string) => {
    setPath(next)
    onLook(next)
  }
  return (
    <form
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault()
        if (path.trim()) onLook(path.trim())
      }}
    >
      <FileBrowser wanted="sae" chosen={path} onChoose={choose} />
      <div className="flex items-start gap-3">
        <Field label="Folder" hint="Inside an import root; one of its files will do." className="flex-1">
          <Input
            value={path}
            onChange={(event) => {
              setPath(event.target.value)
              onChange()
            }}
            placeholder="/path/to/sae"
            className="font-mono"
          />
        </Field>
        <Button
          type="submit"
          kind="primary"
          busy={busy}
          className="mt-[26px]"
          disabledReason={path.trim() ? null : 'Choose a folder first.'}
        >
          Look inside
        </Button>
      </div>
    </form>
  )
}
