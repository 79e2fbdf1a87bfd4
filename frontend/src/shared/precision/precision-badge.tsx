// The precision of a model, or of what was made with it, as a badge with the loss that was measured for it beside it.
import type { Precision, PrecisionLoss } from '@mistudio/contracts'
import Binary from 'lucide-react/icons/binary'
import { useRead } from '../../data/index.js'
import { Badge } from '../../ui/index.js'
import { fullLoss, lossAt, shortLoss } from './precision.js'

export function PrecisionBadge({ precision, loss }: { precision: Precision; loss: PrecisionLoss | null }) {
  const full = precision === 'float32'
  return (
    <span className="inline-flex flex-wrap items-center gap-x-2 gap-y-1" title={loss ? fullLoss(loss) : undefined}>
      <Badge tone={full ? 'slate' : 'blue'} icon={Binary}>
        {precision}
      </Badge>
      {!full && <span className="text-xs text-muted tabular-nums">{loss ? shortLoss(loss) : 'loss not measured'}</span>}
    </span>
  )
}

/** Of a run: the precision that it was made at, with the loss of its model there. */
export function RunPrecision({ precision, modelId }: { precision: Precision; modelId: string | null }) {
  // At full precision there is no loss to tell.
  const model = useRead('getModel', modelId && precision !== 'float32' ? { params: { id: modelId } } : null)
  return <PrecisionBadge precision={precision} loss={lossAt(model.data, precision)} />
}
