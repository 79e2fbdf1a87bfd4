// Every setting of a training as it was sent.
import type { Training } from '@mistudio/contracts'
import RotateCcw from 'lucide-react/icons/rotate-ccw'
import { Link } from 'react-router'
import { Card, Facts, formatValue, LinkButton } from '../../ui/index.js'
import { NUMBER_FIELDS, type NumberKey, SWITCH_FIELDS, type SwitchKey } from '../fields.js'

export function Configuration({ training }: { training: Training }) {
  const { params } = training
  const again = new URLSearchParams({
    ...(training.modelId ? { modelId: training.modelId } : {}),
    ...(training.tokenizationId ? { tokenizationId: training.tokenizationId } : {}),
    site: params.site,
    settings: JSON.stringify(params),
  })
  const shown = (value: number) => (Number.isInteger(value) ? value.toLocaleString('en-US') : formatValue(value))
  return (
    <Card
      title="Configuration"
      actions={
        <LinkButton size="sm" icon={RotateCcw} to={`/training/new?${again}`}>
          New one like this
        </LinkButton>
      }
    >
      <Facts
        rows={[
          [
            'Model',
            training.modelId ? (
              <Link key="m" className="hover:underline" to={`/models/${training.modelId}`}>
                {training.modelName}
              </Link>
            ) : (
              training.modelName
            ),
          ],
          ['Precision of the model', training.precision],
          ['Dataset', training.datasetName],
          ['Architecture', params.architecture],
          ['Site', <code key="s">{params.site}</code>],
          ['Size', `${training.dIn} → ${training.dSae.toLocaleString('en-US')}`],
          ...(Object.keys(NUMBER_FIELDS) as NumberKey[]).map(
            (key) =>
              [NUMBER_FIELDS[key].label, `${shown(params[key])} ${NUMBER_FIELDS[key].unit ?? ''}`.trim()] as const,
          ),
          ['Schedule', params.lrSchedule],
          ...(Object.keys(SWITCH_FIELDS) as SwitchKey[]).map(
            (key) => [SWITCH_FIELDS[key].label, params[key] ? 'yes' : 'no'] as const,
          ),
        ]}
      />
    </Card>
  )
}
