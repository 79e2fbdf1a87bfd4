// One SAE: its import while that runs, then facts, figures of its training, self-check, exports, extractions.
import { judgeKnown, SAE_LAYOUT_TEXTS, type Sae } from '@mistudio/contracts'
import Pencil from 'lucide-react/icons/pencil'
import Trash2 from 'lucide-react/icons/trash-2'
import TriangleAlert from 'lucide-react/icons/triangle-alert'
import { useState } from 'react'
import { Link } from 'react-router'
import { useDescribe, useExtractions } from '../../../data/index.js'
import { DamageNotice } from '../../../jobs/view/damage.js'
import { About, DescribeDialog, Loaded, ResourcePage } from '../../../kit/index.js'
import { useSubject } from '../../../live/index.js'
import { places } from '../../../places/index.js'
import { ExtractionCard, StartExtraction, sortExtractions } from '../../../shared/extractions/index.js'
import { RunPrecision } from '../../../shared/precision/index.js'
import { summaryTiles } from '../../../shared/sae-figures/tiles.js'
import {
  Button,
  Card,
  Facts,
  formatDateTime,
  Notice,
  Page,
  QualityNotice,
  Stat,
  StatRow,
  usePlace,
} from '../../../ui/index.js'
import { useSae } from '../api.js'
import { isCrosscoderSae, originLine, saeFacts, saeLine, trainedOn } from '../prepare.js'
import { ExportCard } from './export-card.js'
import { ImportingSae } from './importing-sae.js'
import { DeleteSae } from './sae-dialogs.js'
import { SelfCheckCard, VerdictBadge } from './self-check.js'
import { SiteTable } from './site-table.js'

const CRUMBS = [{ label: 'SAEs', to: places.saes() }]

export function SaePage() {
  const [{ id = '' }] = usePlace(places.sae)
  const sae = useSae(id)
  useSubject('sae', id)
  return (
    <ResourcePage of={sae} title="SAE" crumbs={CRUMBS}>
      {(one) => (one.status === 'ready' ? <SaeView sae={one} /> : <ImportingSae sae={one} />)}
    </ResourcePage>
  )
}

function SaeView({ sae }: { sae: Sae }) {
  const [asking, setAsking] = useState<'edit' | 'delete' | 'extract' | null>(null)
  const close = () => setAsking(null)
  const crosscoder = isCrosscoderSae(sae)
  return (
    <Page
      title={sae.name}
      crumbs={CRUMBS}
      state={
        <>
          {sae.check && <VerdictBadge check={sae.check} />}
          <RunPrecision precision={sae.precision} modelId={sae.modelId} />
        </>
      }
      subtitle={`${sae.modelName} · ${saeLine(sae)}`}
      actions={
        <>
          <Button icon={Pencil} onClick={() => setAsking('edit')}>
            Edit
          </Button>
          <Button icon={Trash2} onClick={() => setAsking('delete')}>
            Delete
          </Button>
          {!crosscoder && (
            <Button kind="primary" onClick={() => setAsking('extract')}>
              Start extraction
            </Button>
          )}
        </>
      }
    >
      <div className="space-y-5">
        <About of={sae} />
        <DamageNotice damage={sae.damage} id={sae.id} />
        {sae.modelPrecision && sae.modelPrecision !== sae.precision && (
          <Notice tone="amber" icon={TriangleAlert} title="The model is loaded in another precision now">
            This SAE was {sae.trainingId ? 'trained on' : 'imported for'} {sae.modelName} at {sae.precision}, and
            extractions and steering now read it at {sae.modelPrecision}. Load the model as {sae.precision} on its page
            to read what it was {sae.trainingId ? 'trained' : 'checked'} on.
          </Notice>
        )}
        <QualityNotice problems={judgeKnown(sae)} />
        {sae.summary && (
          <StatRow>
            {summaryTiles(sae.summary).map((tile) => (
              <Stat key={tile.label} {...tile} />
            ))}
          </StatRow>
        )}
        <div className="grid items-start gap-5 lg:grid-cols-2">
          <Card title="Facts">
            <Facts
              rows={[
                [
                  'Model',
                  sae.modelId ? (
                    <Link key="m" to={places.model({ id: sae.modelId })} className="hover:underline">
                      {sae.modelName}
                    </Link>
                  ) : (
                    `${sae.modelName} (no longer here)`
                  ),
                ],
                ...saeFacts(sae),
                ['Trained on', trainedOn(sae)],
                ...(sae.layout ? [['Came as', SAE_LAYOUT_TEXTS[sae.layout].label] as const] : []),
                ...(originLine(sae) ? [['From', originLine(sae)] as const] : []),
                ['Made', formatDateTime(sae.createdAt)],
                ...(sae.trainingId
                  ? [
                      [
                        'Training',
                        <Link key="t" to={places.training({ id: sae.trainingId })} className="underline">
                          Curves and settings
                        </Link>,
                      ] as const,
                    ]
                  : []),
              ]}
            />
          </Card>
          <ExportCard sae={sae} />
        </div>
        {crosscoder ? (
          <SiteTable sae={sae} />
        ) : (
          <>
            <SelfCheckCard sae={sae} />
            <Extractions saeId={sae.id} onStart={() => setAsking('extract')} />
          </>
        )}
      </div>
      <DescribeDialog open={asking === 'edit'} onClose={close} of={sae} save={useDescribe('updateSae', sae.id)} />
      <DeleteSae open={asking === 'delete'} onClose={close} sae={sae} />
      <StartExtraction open={asking === 'extract'} onClose={close} saeId={sae.id} />
    </Page>
  )
}

function Extractions({ saeId, onStart }: { saeId: string; onStart(): void }) {
  const extractions = useExtractions(saeId)
  return (
    <section aria-labelledby="extractions">
      <h2 id="extractions" className="mb-3 text-lg font-semibold text-heading">
        Extractions
      </h2>
      <Loaded of={extractions} rows={1}>
        {(all) =>
          all.length === 0 ? (
            <Card>
              <p className="mb-3 text-sm text-body">Features appear after the SAE has read a dataset.</p>
              <Button onClick={onStart}>Start extraction</Button>
            </Card>
          ) : (
            <div className="space-y-3">
              {sortExtractions(all).map((one) => (
                <ExtractionCard key={one.id} extraction={one} />
              ))}
            </div>
          )
        }
      </Loaded>
    </section>
  )
}
