// API keys: list, create (the secret is shown once), delete.
import type { ApiKey, Scope } from '@mistudio/contracts'
import KeyRound from 'lucide-react/icons/key-round'
import Trash2 from 'lucide-react/icons/trash-2'
import { type FormEvent, useState } from 'react'
import { useSend } from '../../../data/index.js'
import {
  Button,
  Card,
  ConfirmDialog,
  CopyButton,
  Dialog,
  ErrorState,
  errorText,
  Field,
  IconButton,
  Input,
  Notice,
  RelativeTime,
  Select,
  Skeleton,
  Table,
  Td,
  Th,
  Tr,
  toast,
} from '../../../ui/index.js'
import { deleteKey, useApiKeys } from '../api.js'
import { ScopeBadge } from './scope-badge.js'

const SCOPES: readonly { value: Scope; label: string }[] = [
  { value: 'read', label: 'read: look at everything' },
  { value: 'write', label: 'write: also create, run and delete' },
  { value: 'admin', label: 'admin: also keys and settings' },
]

export function ApiKeys() {
  const list = useApiKeys()
  const [deleting, setDeleting] = useState<ApiKey | null>(null)
  const [secret, setSecret] = useState<{ name: string; secret: string } | null>(null)
  return (
    <Card
      title="API keys"
      description="For scripts and the mistudio command line, as “Authorization: Bearer …”. Only a hash is stored."
    >
      <CreateKeyForm onCreated={setSecret} />
      {list.error && !list.data ? (
        <ErrorState error={list.error} onRetry={() => void list.refetch()} />
      ) : !list.data ? (
        <Skeleton />
      ) : (
        <Table label="API keys">
          <thead>
            <tr>
              <Th>Name</Th>
              <Th>Begins with</Th>
              <Th>May</Th>
              <Th>Made</Th>
              <Th>Last used</Th>
              <Th />
            </tr>
          </thead>
          <tbody>
            {list.data.map((key) => (
              <Tr key={key.id}>
                <Td className="text-heading">{key.name}</Td>
                <Td className="font-mono text-xs">{key.prefix}…</Td>
                <Td>
                  <ScopeBadge scope={key.scope} />
                </Td>
                <Td>
                  <RelativeTime at={key.createdAt} />
                </Td>
                <Td>{key.lastUsedAt ? <RelativeTime at={key.lastUsedAt} /> : 'never'}</Td>
                <Td className="text-right">
                  <IconButton
                    icon={Trash2}
                    label={`Delete key ${key.name}`}
                    tone="danger"
                    onClick={() => setDeleting(key)}
                  />
                </Td>
              </Tr>
            ))}
          </tbody>
        </Table>
      )}
      {deleting && (
        <ConfirmDialog
          open
          onClose={() => setDeleting(null)}
          verb="Delete"
          kind="key"
          name={deleting.name}
          onConfirm={async () => {
            await deleteKey(deleting.id)
            toast.success(`The key ${deleting.name} no longer works.`)
          }}
        >
          Whatever uses this key is refused from now on.
        </ConfirmDialog>
      )}
      <Dialog
        open={secret !== null}
        onClose={() => setSecret(null)}
        size="sm"
        keepOnOutsideClick
        title={`Key “${secret?.name ?? ''}”`}
        footer={
          <Button kind="primary" onClick={() => setSecret(null)}>
            I have stored it
          </Button>
        }
      >
        {secret && (
          <div className="space-y-3">
            <Notice tone="amber">It is shown this once. Nobody can read it again, only delete it.</Notice>
            <p className="rounded-lg bg-code p-3 font-mono text-xs break-all text-heading select-all">
              {secret.secret}
            </p>
            <CopyButton text={secret.secret} label="Copy key" />
          </div>
        )}
      </Dialog>
    </Card>
  )
}

function CreateKeyForm({ onCreated }: { onCreated(created: { name: string; secret: string }): void }) {
  const [name, setName] = useState('')
  const [scope, setScope] = useState<Scope>('read')
  const create = useSend('createKey')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!name.trim()) return
    create.mutate(
      { body: { name: name.trim(), scope } },
      {
        onSuccess: (created) => {
          setName('')
          onCreated(created)
        },
      },
    )
  }
  return (
    <form onSubmit={submit} className="mb-5 flex flex-wrap items-end gap-3">
      <Field label="Name" className="min-w-48 flex-1" error={create.error ? errorText(create.error) : null}>
        <Input
          value={name}
          maxLength={120}
          onChange={(event) => setName(event.target.value)}
          placeholder="laptop notebook"
        />
      </Field>
      <Field label="May" className="min-w-56">
        <Select<Scope> value={scope} onChange={setScope} options={SCOPES} />
      </Field>
      <Button
        type="submit"
        icon={KeyRound}
        busy={create.isPending}
        disabledReason={name.trim() ? null : 'Give the key a name first.'}
      >
        Create key
      </Button>
    </form>
  )
}
