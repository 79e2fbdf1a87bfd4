// `/login`: a one-time code in the address is traded at once; otherwise an API key may be pasted.
import KeyRound from 'lucide-react/icons/key-round'
import { type FormEvent, useEffect, useState } from 'react'
import { useLocation, useNavigate } from 'react-router'
import { useLoginWithCode, useLoginWithKey } from '../../../data/session.js'
import { places } from '../../../places/index.js'
import { Button, errorText, Field, Input, Notice, ProgressBar, usePlace } from '../../../ui/index.js'
import { safeTarget } from '../prepare.js'

// A code works once. React's strict mode runs effects twice in development, so the code in use is remembered here.
let codeInUse: string | null = null

export function LoginPage() {
  const [{ code }] = usePlace(places.login)
  const navigate = useNavigate()
  const state: unknown = useLocation().state
  const from = typeof state === 'object' && state !== null && 'from' in state ? state.from : null
  const byCode = useLoginWithCode()
  const [codeError, setCodeError] = useState<unknown>(null)
  const login = byCode.mutateAsync
  useEffect(() => {
    document.title = 'Log in · miStudio'
    if (!code || codeInUse === code) return
    codeInUse = code
    login(code).then(
      () => navigate(places.home(), { replace: true }),
      (error: unknown) => setCodeError(error),
    )
  }, [code, login, navigate])
  const trading = Boolean(code) && !codeError
  return (
    <main className="flex min-h-dvh items-center justify-center p-4">
      <div className="w-full max-w-md rounded-xl border border-line bg-card p-8">
        <div className="mb-6 flex items-center gap-3">
          <img src="/logo.svg" alt="" className="size-10 rounded-lg" />
          <div>
            <h1 className="text-xl font-semibold text-heading">miStudio</h1>
            <p className="text-sm text-muted">Look inside language models</p>
          </div>
        </div>
        {trading ? (
          <div className="space-y-2">
            <p className="text-sm">Logging in…</p>
            <ProgressBar fraction={null} label="Logging in" />
          </div>
        ) : (
          <>
            {codeError !== null && (
              <Notice tone="amber" title="This link did not work" className="mb-5">
                {errorText(codeError)} A link works once and for ten minutes. Start miStudio again for a new one, or use
                the key below.
              </Notice>
            )}
            <KeyForm onDone={() => void navigate(safeTarget(from), { replace: true })} />
          </>
        )}
      </div>
    </main>
  )
}

function KeyForm({ onDone }: { onDone(): void }) {
  const [key, setKey] = useState('')
  const login = useLoginWithKey()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    login.mutate(key.trim(), { onSuccess: onDone })
  }
  return (
    <form onSubmit={submit} className="space-y-4">
      <p className="text-sm text-body">
        The link printed at start logs you in by itself. Without it, paste an API key. The first one lies in{' '}
        <code className="rounded bg-tile px-1.5 py-0.5 font-mono text-xs text-heading">
          &lt;data-dir&gt;/secrets/api-key
        </code>{' '}
        on the machine that runs miStudio.
      </p>
      <Field label="API key" error={login.error ? errorText(login.error) : null}>
        <Input
          type="password"
          autoFocus
          value={key}
          onChange={(event) => setKey(event.target.value)}
          placeholder="mis_…"
          className="font-mono"
        />
      </Field>
      <Button
        type="submit"
        kind="primary"
        icon={KeyRound}
        busy={login.isPending}
        disabledReason={key.trim().length < 10 ? 'Paste the whole key first.' : null}
        className="w-full"
      >
        Log in
      </Button>
    </form>
  )
}
