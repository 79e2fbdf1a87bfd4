// Folders from which models and datasets may be read.
import FolderPlus from 'lucide-react/icons/folder-plus'
import Trash2 from 'lucide-react/icons/trash-2'
import { type FormEvent, useState } from 'react'
import { useSend, useSettings } from '../../../data/index.js'
import { Button, Card, ErrorState, errorText, Field, IconButton, Input, Skeleton, toast } from '../../../ui/index.js'
import { cleanRoot, rootProblem } from '../prepare.js'

export function ImportRoots() {
  const settings = useSettings()
  const update = useSend('updateSettings')
  const [path, setPath] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  if (settings.error && !settings.data)
    return <ErrorState error={settings.error} onRetry={() => void settings.refetch()} />
  if (!settings.data) return <Skeleton className="h-48" />
  const { importRoots: roots, version: seen } = settings.data
  const save = (next: readonly string[], done: () => void, over: string | null = seen) =>
    update.mutate(
      { body: { importRoots: [...next] }, ...(over === null ? {} : { seen: over }) },
      { onSuccess: done, onError: (error) => setProblem(errorText(error)) },
    )
  const add = (event: FormEvent) => {
    event.preventDefault()
    const wrong = rootProblem(path, roots)
    setProblem(wrong)
    if (!wrong) save([...roots, cleanRoot(path)], () => setPath(''))
  }
  const remove = (root: string) =>
    save(
      roots.filter((other) => other !== root),
      () => toast.undo(`${root} is no longer offered for imports.`, () => save(roots, () => undefined, null)),
    )
  return (
    <Card
      title="Import roots"
      description="Only files inside these folders can be chosen for import. Links that lead out of them are refused. Models already added stay."
    >
      <ul className="mb-5 space-y-2">
        {roots.map((root) => (
          <li key={root} className="flex items-center justify-between gap-3 rounded-lg bg-tile py-1 pr-1 pl-4">
            <span className="min-w-0 font-mono text-sm wrap-anywhere text-heading">{root}</span>
            <IconButton icon={Trash2} label={`Remove ${root}`} tone="danger" onClick={() => remove(root)} />
          </li>
        ))}
        {roots.length === 0 && (
          <li className="text-sm text-tone-amber">No folder is open for imports: only uploads work.</li>
        )}
      </ul>
      <form onSubmit={add} className="flex flex-wrap items-end gap-3">
        <Field label="Another folder on the server" error={problem} className="min-w-64 flex-1">
          <Input
            value={path}
            onChange={(event) => setPath(event.target.value)}
            placeholder="/path/to/folder"
            className="font-mono"
          />
        </Field>
        <Button type="submit" icon={FolderPlus} busy={update.isPending} className={problem ? 'mb-5' : ''}>
          Add folder
        </Button>
      </form>
    </Card>
  )
}
