// Models that the Hugging Face tools left on this computer: they are added without fetching anything.
import type { HubLocal } from '@mistudio/contracts'
import HardDrive from 'lucide-react/icons/hard-drive'
import { Button, Card, formatBytes, Table, Td, Th, Tr } from '../../../ui/index.js'
import { shortCommit } from '../prepare.js'

export function CachedModels({ local, onOpen }: { local: HubLocal; onOpen(repo: string, revision: string): void }) {
  if (local.cached.length === 0) return null
  return (
    <Card
      className="mt-6"
      title="Already on this computer"
      description={`Complete models in ${local.cacheFolder}. Their files are linked or copied, and their hashes checked.`}
    >
      <Table label="Already on this computer">
        <thead>
          <tr>
            <Th>Name</Th>
            <Th>Commit</Th>
            <Th number>Size</Th>
            <Th />
          </tr>
        </thead>
        <tbody>
          {local.cached.map(({ repo, commit, bytes }) => (
            <Tr key={`${repo} ${commit}`}>
              <Td className="font-medium text-heading">{repo}</Td>
              <Td className="font-mono text-xs">{shortCommit(commit)}</Td>
              <Td number>{formatBytes(bytes)}</Td>
              <Td className="text-right">
                <Button size="sm" icon={HardDrive} onClick={() => onOpen(repo, commit)}>
                  Use
                </Button>
              </Td>
            </Tr>
          ))}
        </tbody>
      </Table>
    </Card>
  )
}
