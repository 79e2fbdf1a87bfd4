// Checkpoints on disk, the newest first: what a resume begins with, and what branches can begin from.
import type { Checkpoint, Training } from '@mistudio/contracts'
import GitBranch from 'lucide-react/icons/git-branch'
import Trash2 from 'lucide-react/icons/trash-2'
import { useState } from 'react'
import { isActive } from '../../../live/index.js'
import { places } from '../../../places/index.js'
import {
  Badge,
  Card,
  ConfirmDialog,
  formatBytes,
  formatNumber,
  formatValue,
  IconButton,
  LinkButton,
  RelativeTime,
  Table,
  Td,
  Th,
  Tr,
} from '../../../ui/index.js'
import { deleteCheckpoint } from '../api.js'

const figure = ({ metrics }: Checkpoint, key: string): string =>
  metrics[key] == null ? '–' : formatValue(metrics[key])

export function Checkpoints({ training }: { training: Training }) {
  const newestFirst = [...training.checkpoints].sort((a, b) => b.step - a.step)
  const [deleting, setDeleting] = useState<number | null>(null)
  const over = !isActive(training.job)
  return (
    <Card title="Checkpoints">
      {newestFirst.length === 0 ? (
        <p className="text-sm text-muted">
          None on disk. One is written every {training.params.checkpointEvery} steps.
        </p>
      ) : (
        <Table label="Checkpoints">
          <thead>
            <tr>
              <Th number>Step</Th>
              <Th number>Loss</Th>
              <Th number>Held-out FVU</Th>
              <Th number>Size</Th>
              <Th>Written</Th>
              <Th>
                <span className="sr-only">Actions</span>
              </Th>
            </tr>
          </thead>
          <tbody>
            {newestFirst.map((checkpoint) => (
              <Tr key={checkpoint.step}>
                <Td number>
                  {formatNumber(checkpoint.step)} {checkpoint.best && <Badge tone="emerald">best</Badge>}
                </Td>
                <Td number>{figure(checkpoint, 'loss')}</Td>
                <Td number>{figure(checkpoint, 'heldout_fvu')}</Td>
                <Td number>{formatBytes(checkpoint.bytes)}</Td>
                <Td>
                  <RelativeTime at={checkpoint.createdAt} />
                </Td>
                <Td>
                  <span className="flex items-center justify-end gap-1">
                    <LinkButton
                      size="sm"
                      icon={GitBranch}
                      to={places.newTraining({ branch: training.id, step: checkpoint.step })}
                    >
                      Branch<span className="sr-only"> from step {checkpoint.step}</span>
                    </LinkButton>
                    {over && (
                      <IconButton
                        icon={Trash2}
                        label={`Delete the checkpoint of step ${checkpoint.step}`}
                        onClick={() => setDeleting(checkpoint.step)}
                      />
                    )}
                  </span>
                </Td>
              </Tr>
            ))}
          </tbody>
        </Table>
      )}
      {deleting !== null && (
        <ConfirmDialog
          open
          onClose={() => setDeleting(null)}
          verb="Delete"
          kind="checkpoint"
          name={`step ${formatNumber(deleting)}`}
          goes={['The way to go on or branch from this step']}
          stays={['The training, its curves and its SAE']}
          onConfirm={() => deleteCheckpoint(training.id, deleting)}
        />
      )}
    </Card>
  )
}
