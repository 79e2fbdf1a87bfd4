// The facts of a model in one screen: sizes, how it did on text, whether its checks passed.
import type { Model } from '@mistudio/contracts'
import ShieldCheck from 'lucide-react/icons/shield-check'
import TriangleAlert from 'lucide-react/icons/triangle-alert'
import { Badge, Card, Facts, LinkButton, RelativeTime } from '../../../ui/index.js'
import { parityWords } from '../parity.js'
import { architectureFacts, exportRows, isExport, sourceFacts } from '../prepare.js'
import { PartsTable } from './parts-table.js'
import { PrecisionCard } from './precision-card.js'
import { SelfCheckCard } from './self-check.js'

const FROM_CONFIG = 'As config.json states them; what the export computes is in its graph.'

export function OverviewTab({ model }: { model: Model }) {
  const { spec, structure, selfCheck, path } = model
  if (!spec) return null
  const folder = (
    <span key="path" className="font-mono text-xs">
      {path}
    </span>
  )
  return (
    <div className="grid items-start gap-5 lg:grid-cols-2">
      <Card title="Facts" description={isExport(model) ? FROM_CONFIG : undefined}>
        <Facts rows={[...architectureFacts(spec), ...sourceFacts(model), ['Folder', folder]]} />
      </Card>
      <div className="space-y-5">
        {!isExport(model) && <PrecisionCard model={model} />}
        {spec.export && (
          <Card title="Export">
            <Facts rows={exportRows(spec.export)} />
          </Card>
        )}
        <ParityCard model={model} />
        {selfCheck && <SelfCheckCard check={selfCheck} />}
        <PartsTable model={{ spec, structure }} />
      </div>
    </div>
  )
}

function ParityCard({ model: { parity } }: { model: Model }) {
  const words = parity && parityWords(parity)
  return (
    <Card
      title="Parity"
      actions={
        <LinkButton size="sm" to="?tab=parity">
          Open the report
        </LinkButton>
      }
    >
      {parity && words ? (
        <p className="flex flex-wrap items-center gap-3 text-sm text-muted">
          <Badge tone={words.tone} icon={words.tone === 'emerald' ? ShieldCheck : TriangleAlert}>
            {words.text}
          </Badge>
          <RelativeTime at={parity.at} />
        </p>
      ) : (
        <p className="text-sm text-muted">Not checked yet.</p>
      )}
    </Card>
  )
}
