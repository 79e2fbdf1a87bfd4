// Figures of the compared trainings, each with the colour of its lines.
import type { Training } from '@mistudio/contracts'
import X from 'lucide-react/icons/x'
import { Link } from 'react-router'
import { places } from '../../../places/index.js'
import { Card, IconButton, QualityBadge, StatusBadge, Table, Td, Th, Tr } from '../../../ui/index.js'
import { FIGURE_HEADS, figureTexts, heldOutFigures } from '../compare.js'
import { lineLook, problemsOf, trainingLine } from '../prepare.js'

interface Props {
  trainings: readonly Training[]
  onRemove(id: string): void
}

export function ComparedTable({ trainings, onRemove }: Props) {
  return (
    <Card title={trainings.length === 1 ? 'One training' : `${trainings.length} trainings`}>
      <Table label="Compared trainings">
        <thead>
          <tr>
            <Th>Training</Th>
            <Th>State</Th>
            {FIGURE_HEADS.map((head) => (
              <Th key={head} number>
                {head}
              </Th>
            ))}
            <Th>
              <span className="sr-only">Remove</span>
            </Th>
          </tr>
        </thead>
        <tbody>
          {trainings.map((training, n) => (
            <Tr key={training.id}>
              <Td>
                <span className="flex items-center gap-2">
                  <span
                    className="size-2.5 shrink-0 rounded-full"
                    style={{ background: `var(${lineLook(n).color})` }}
                    aria-hidden
                  />
                  <span className="min-w-0">
                    <Link
                      to={places.training({ id: training.id })}
                      className="wrap-anywhere text-heading hover:underline"
                    >
                      {training.name}
                    </Link>
                    <span className="block text-xs text-muted">{trainingLine(training)}</span>
                  </span>
                </span>
              </Td>
              <Td>
                <span className="flex flex-wrap gap-1.5">
                  {training.job && <StatusBadge status={training.job.state} warned={problemsOf(training).length > 0} />}
                  <QualityBadge problems={problemsOf(training)} />
                </span>
              </Td>
              {figureTexts(heldOutFigures(training)).map(({ text, interval }, column) => (
                <Td key={FIGURE_HEADS[column]} number>
                  {text}
                  {interval && <span className="block text-xs whitespace-nowrap text-muted">{interval}</span>}
                </Td>
              ))}
              <Td>
                <IconButton icon={X} label={`Do not compare ${training.name}`} onClick={() => onRemove(training.id)} />
              </Td>
            </Tr>
          ))}
        </tbody>
      </Table>
    </Card>
  )
}
