// Says on a page or card that files of a thing are damaged, what to do, and lets them be looked at again once they were restored.
import { type Damage, damageText } from '@mistudio/contracts'
import FileWarning from 'lucide-react/icons/file-warning'
import RefreshCw from 'lucide-react/icons/refresh-cw'
import { useSend } from '../../data/index.js'
import { Badge, Button, Notice, RelativeTime, toast } from '../../ui/index.js'

/** For cards: the word alone. */
export function DamageBadge({ damage }: { damage: Damage | null }) {
  return damage && <Badge tone="red">Damaged</Badge>
}

export function DamageNotice({ damage, id }: { damage: Damage | null; id: string }) {
  const check = useSend('checkStored')
  const ask = ({ room }: Damage) =>
    check.mutate(
      { body: { target: { room, id } } },
      {
        onSuccess: () => toast.success('The files are being read. What is found shows here.'),
        onError: (error) => toast.error(error),
      },
    )
  if (!damage) return null
  return (
    <Notice tone="red" icon={FileWarning} title="Damaged: make it again or restore it">
      <p>{damageText(damage.room, damage.file)}</p>
      <div className="mt-3 flex flex-wrap items-center gap-3">
        <Button size="sm" icon={RefreshCw} busy={check.isPending} onClick={() => ask(damage)}>
          Check again
        </Button>
        <span className="text-xs text-muted">
          found <RelativeTime at={damage.foundAt} />
        </span>
      </div>
    </Notice>
  )
}
