// Templates from the form: use one, keep the present settings as one, and the file in which they travel.
import { TEMPLATE_FORMAT, type Template, type TemplateFile, type TrainingParams } from '@mistudio/contracts'
import BookMarked from 'lucide-react/icons/book-marked'
import Download from 'lucide-react/icons/download'
import Trash2 from 'lucide-react/icons/trash-2'
import Upload from 'lucide-react/icons/upload'
import { useRef, useState } from 'react'
import { saveText } from '../../../charts/index.js'
import {
  Button,
  Dialog,
  ErrorState,
  errorText,
  Field,
  IconButton,
  Input,
  Notice,
  SkeletonList,
  toast,
} from '../../../ui/index.js'
import { deleteTemplate, importTemplates, saveTemplate, useTemplates } from '../api.js'
import type { Values } from '../options.js'
import { templateLine } from '../prepare.js'
import type { Suggestion } from '../suggestions.js'

interface Props {
  /** Present settings; null while they are incomplete. */
  params: TrainingParams | null
  onUse(params: TrainingParams): void
  /** Offered for the width of the chosen site; empty until one is chosen. */
  suggestions: readonly Suggestion[]
  onSuggestion(values: Values): void
}

export function TemplateButtons({ params, onUse, suggestions, onSuggestion }: Props) {
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button size="sm" icon={BookMarked} onClick={() => setOpen(true)}>
        Templates
      </Button>
      {open && (
        <TemplatesDialog
          params={params}
          suggestions={suggestions}
          onClose={() => setOpen(false)}
          onUse={(chosen) => {
            onUse(chosen)
            setOpen(false)
          }}
          onSuggestion={(values) => {
            onSuggestion(values)
            setOpen(false)
          }}
        />
      )}
    </>
  )
}

function TemplatesDialog({ params, onUse, onClose, suggestions, onSuggestion }: Props & { onClose(): void }) {
  const templates = useTemplates()
  const list = templates.data ?? []
  const [failure, setFailure] = useState<string | null>(null)
  const attempt = async (work: () => Promise<unknown>) => {
    setFailure(null)
    await work().catch((error: unknown) => setFailure(errorText(error)))
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title="Training templates"
      description="Settings that suit the width of the chosen site, and settings kept under a name."
      footer={
        <>
          <ImportButton onFile={(file) => attempt(() => importFile(file))} />
          <Button
            icon={Download}
            disabledReason={list.length === 0 ? 'There is no template yet.' : null}
            onClick={() => exportAll(list)}
          >
            Export all
          </Button>
        </>
      }
    >
      <div className="space-y-5">
        {failure && <Notice tone="red">{failure}</Notice>}
        <Suggestions list={suggestions} onUse={onSuggestion} />
        <SaveForm params={params} />
        {templates.error && !templates.data ? (
          <ErrorState error={templates.error} onRetry={() => void templates.refetch()} />
        ) : !templates.data ? (
          <SkeletonList rows={2} className="h-12" />
        ) : list.length === 0 ? (
          <p className="text-sm text-muted">No template yet.</p>
        ) : (
          <ul className="divide-y divide-line" aria-label="Templates">
            {list.map((template) => (
              <li key={template.id} className="flex items-center gap-3 py-2.5">
                <div className="min-w-0 flex-1">
                  <p className="text-sm font-medium wrap-anywhere text-heading">{template.name}</p>
                  <p className="text-xs text-muted">{templateLine(template)}</p>
                </div>
                <Button size="sm" kind="info" onClick={() => onUse(template.params)}>
                  Use
                </Button>
                <IconButton
                  icon={Trash2}
                  label={`Delete template ${template.name}`}
                  onClick={() => void attempt(() => deleteTemplate(template.id))}
                />
              </li>
            ))}
          </ul>
        )}
      </div>
    </Dialog>
  )
}

/** Settings for the size of the model; nothing while it is not known. */
function Suggestions({ list, onUse }: { list: readonly Suggestion[]; onUse(values: Values): void }) {
  if (list.length === 0)
    return <p className="text-sm text-muted">Choose a model and a site to see settings for them.</p>
  return (
    <ul className="divide-y divide-line" aria-label="Settings for this site">
      {list.map(({ name, line, values }) => (
        <li key={name} className="flex items-center gap-3 py-2.5">
          <div className="min-w-0 flex-1">
            <p className="text-sm font-medium text-heading">{name}</p>
            <p className="text-xs text-muted">{line}</p>
          </div>
          <Button size="sm" kind="info" aria-label={`Use ${name}`} onClick={() => onUse(values)}>
            Use
          </Button>
        </li>
      ))}
    </ul>
  )
}

function SaveForm({ params }: { params: TrainingParams | null }) {
  const [name, setName] = useState('')
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)
  const save = async () => {
    if (!params) return
    setBusy(true)
    setFailure(null)
    try {
      await saveTemplate({ name: name.trim(), description: '', params })
      toast.success(`${name.trim()} was saved.`)
      setName('')
    } catch (error) {
      setFailure(errorText(error))
    } finally {
      setBusy(false)
    }
  }
  const reason = !params ? 'Complete the form first.' : name.trim() === '' ? 'Give it a name.' : null
  return (
    <div className="flex items-start gap-3">
      <Field label="Keep the present settings as" className="flex-1" error={failure}>
        <Input value={name} maxLength={120} onChange={(event) => setName(event.target.value)} />
      </Field>
      <Button className="mt-7" busy={busy} disabledReason={reason} onClick={() => void save()}>
        Save template
      </Button>
    </div>
  )
}

function ImportButton({ onFile }: { onFile(file: File): Promise<void> }) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <input
        ref={input}
        type="file"
        accept="application/json,.json"
        className="hidden"
        aria-label="File of templates"
        onChange={(event) => {
          const file = event.target.files?.[0]
          event.target.value = ''
          if (file) void onFile(file)
        }}
      />
      <Button icon={Upload} onClick={() => input.current?.click()}>
        Import
      </Button>
    </>
  )
}

async function importFile(file: File): Promise<void> {
  const count = await importTemplates(await file.text().then(parseJson))
  toast.success(count === 1 ? 'One template was imported.' : `${count} templates were imported.`)
}

/** null for what is no JSON: it holds no templates either. */
const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function exportAll(list: readonly Template[]): void {
  const templates = list.map(({ name, description, params }) => ({ name, description, params }))
  const file: TemplateFile = { format: TEMPLATE_FORMAT, version: 1, templates }
  saveText('training-templates.json', 'application/json', JSON.stringify(file, null, 2))
}
