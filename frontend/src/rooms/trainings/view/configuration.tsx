// The settings of a training as they were sent, those without effect left out.
import { inputSitesOf, isCrosscoder, OPTION_TEXTS, type Training, type TrainingOption } from '@mistudio/contracts'
import RotateCcw from 'lucide-react/icons/rotate-ccw'
import { Link } from 'react-router'
import { places } from '../../../places/index.js'
import { Card, Facts, formatNumber, formatValue, LinkButton } from '../../../ui/index.js'
import { applies } from '../options.js'
import { architectureLabel, choiceLabel, emptyLabel } from '../words.js'

/** Shown above, by themselves. */
const NAMED: readonly string[] = ['architecture', 'site', 'moreSites']

const shown = (value: unknown): string => {
  if (typeof value === 'number') return Number.isInteger(value) ? value.toLocaleString('en-US') : formatValue(value)
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (Array.isArray(value)) return value.length > 0 ? value.join(', ') : 'none'
  return choiceLabel(String(value))
}

/** One row per option that did anything, in the words of the contract. */
const settingRows = (params: Training['params']): (readonly [string, string])[] =>
  Object.entries(params)
    .filter(([key]) => !NAMED.includes(key) && applies(key as TrainingOption, params))
    .map(([key, value]) => {
      const { label, unit } = OPTION_TEXTS[key as TrainingOption]
      return [label, value === null ? emptyLabel(key) : `${shown(value)} ${unit ?? ''}`.trim()] as const
    })

const SiteNames = ({ names }: { names: readonly string[] }) => (
  <span className="flex flex-col">
    {names.map((name) => (
      <code key={name}>{name}</code>
    ))}
  </span>
)

/** Where activations came from. */
function Source({ capture }: Pick<Training, 'capture'>) {
  if (!capture) return 'harvested from the model'
  const text = `capture of ${formatNumber(capture.tokens)} tokens as ${capture.dtype}`
  if (!capture.id) return `${text} (deleted since)`
  return (
    <Link className="hover:underline" to={places.capture({ id: capture.id })}>
      {text}
    </Link>
  )
}

export function Configuration({ training }: { training: Training }) {
  const { params } = training
  const again = places.newTraining({
    modelId: training.modelId,
    tokenizationId: training.tokenizationId,
    captureId: training.capture?.id,
    site: params.site,
    settings: JSON.stringify(params),
  })
  return (
    <Card
      title="Configuration"
      actions={
        <LinkButton size="sm" icon={RotateCcw} to={again}>
          New one like this
        </LinkButton>
      }
    >
      <Facts
        rows={[
          [
            'Model',
            training.modelId ? (
              <Link key="m" className="hover:underline" to={places.model({ id: training.modelId })}>
                {training.modelName}
              </Link>
            ) : (
              training.modelName
            ),
          ],
          ['Precision of the model', training.precision],
          ['Dataset', training.datasetName],
          ['Architecture', architectureLabel(params.architecture)],
          ['Activations', <Source key="a" capture={training.capture} />],
          [isCrosscoder(params) ? 'Sites' : 'Site', <SiteNames key="s" names={inputSitesOf(params)} />],
          ['Size', `${training.dIn} → ${training.dSae.toLocaleString('en-US')}`],
          ...settingRows(params),
        ]}
      />
    </Card>
  )
}
