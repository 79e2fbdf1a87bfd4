// Asking before something is lost: the title is verb and name, the body lists what goes and what stays, Cancel has the focus.
import TriangleAlert from 'lucide-react/icons/triangle-alert'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { Button } from './button.js'
import { Notice } from './card.js'
import { Dialog } from './dialog.js'
import { errorText } from './errors.js'

interface ConfirmDialogProps {
  open: boolean
  onClose(): void
  /** For example `Delete`; repeated on the button with `kind`. */
  verb: string
  /** Name of the thing. */
  name: string
  /** For example `model`: the button reads `Delete model`. */
  kind: string
  /** What will be gone, each with its size where known. */
  goes?: readonly ReactNode[]
  stays?: readonly ReactNode[]
  children?: ReactNode
  /** On the button that leaves all as it is, where `Cancel` would be mistaken for the deed. */
  dismiss?: string
  /** Not destructive: blue instead of red. */
  harmless?: boolean
  /** Resolves when done (the dialog closes); a failure is shown inside. */
  onConfirm(): Promise<unknown>
}

const List = ({ head, items }: { head: string; items: readonly ReactNode[] }) => (
  <div className="mt-3">
    <p className="text-sm font-medium text-heading">{head}</p>
    <ul className="mt-1 list-disc space-y-0.5 pl-5 text-sm">
      {items.map((item, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a fixed list without ids
        <li key={index}>{item}</li>
      ))}
    </ul>
  </div>
)

export function ConfirmDialog(props: ConfirmDialogProps) {
  return props.open ? <OpenConfirm {...props} /> : null
}

function OpenConfirm(props: ConfirmDialogProps) {
  const { onClose, verb, name, kind, goes, stays, children, dismiss = 'Cancel', harmless, onConfirm } = props
  const cancel = useRef<HTMLButtonElement>(null)
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)
  useEffect(() => cancel.current?.focus(), [])
  const confirm = async () => {
    setBusy(true)
    setFailure(null)
    try {
      await onConfirm()
      onClose()
    } catch (error) {
      setFailure(errorText(error))
      setBusy(false)
    }
  }
  return (
    <Dialog
      open
      onClose={onClose}
      size="sm"
      title={`${verb} “${name}”?`}
      footer={
        <>
          <Button ref={cancel} onClick={onClose}>
            {dismiss}
          </Button>
          <Button kind={harmless ? 'info' : 'danger'} busy={busy} onClick={() => void confirm()}>
            {verb} {kind}
          </Button>
        </>
      }
    >
      {children && <div className="text-sm">{children}</div>}
      {goes && goes.length > 0 && <List head="Goes with it" items={goes} />}
      {stays && stays.length > 0 && <List head="Stays" items={stays} />}
      {failure && (
        <Notice tone="red" icon={TriangleAlert} className="mt-4">
          {failure}
        </Notice>
      )}
    </Dialog>
  )
}
