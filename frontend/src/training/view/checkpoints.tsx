// Checkpoints on disk, the newest first: what a resume would begin with.
import type { Training } from '@mistudio/contracts'
import { Card, formatBytes, formatNumber, formatValue, RelativeTime, Table, Td, Th, Tr } from '../../ui/index.js'

export function Checkpoints({ training }: { training: Training }) {
  const newestFirst = [...training.checkpoints].sort((a, b) => b.step - a.step)
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
              <Th number>Size</Th>
              <Th>Written</Th>
            </tr>
          </thead>
          <tbody>
            {newestFirst.map(({ step, bytes, createdAt, metrics }) => (
              <Tr key={step}>
                <Td number>{formatNumber(step)}</Td>
                <Td number>{metrics['loss'] == null ? '–' : formatValue(metrics['loss'])}</Td>
                <Td number>{formatBytes(bytes)}</Td>
                <Td>
                  <RelativeTime at={createdAt} />
                </Td>
              </Tr>
            ))}
          </tbody>
        </Table>
      )}
    </Card>
  )
}
