// Search results of the hub.
import type { HubModel } from '@mistudio/contracts'
import Lock from 'lucide-react/icons/lock'
import { Badge, formatBytes, formatCount, RelativeTime, Table, Td, Th, Tr } from '../../../ui/index.js'

export function HubTable({ models, onOpen }: { models: readonly HubModel[]; onOpen(repo: string): void }) {
  return (
    <Table label="Models of the hub">
      <thead>
        <tr>
          <Th>Name</Th>
          <Th number>Parameters</Th>
          <Th number>Size</Th>
          <Th number>Downloads</Th>
          <Th number>Likes</Th>
          <Th>Licence</Th>
          <Th>Updated</Th>
        </tr>
      </thead>
      <tbody>
        {models.map((model) => (
          <Tr key={model.repo} onClick={() => onOpen(model.repo)}>
            <Td>
              <button
                type="button"
                className="text-left font-medium wrap-anywhere text-heading hover:underline"
                onClick={(event) => {
                  event.stopPropagation()
                  onOpen(model.repo)
                }}
              >
                {model.repo}
              </button>
              <Marks model={model} />
            </Td>
            <Td number>{formatCount(model.parameters)}</Td>
            <Td number>{formatBytes(model.bytes)}</Td>
            <Td number>{formatCount(model.downloads)}</Td>
            <Td number>{formatCount(model.likes)}</Td>
            <Td>{model.licence ?? 'not stated'}</Td>
            <Td className="whitespace-nowrap">{model.updatedAt ? <RelativeTime at={model.updatedAt} /> : '–'}</Td>
          </Tr>
        ))}
      </tbody>
    </Table>
  )
}

function Marks({ model }: { model: HubModel }) {
  return (
    <span className="ml-2 inline-flex gap-1.5">
      {model.gated !== 'no' && (
        <Badge tone="amber" icon={Lock}>
          gated
        </Badge>
      )}
      {model.private && <Badge tone="purple">private</Badge>}
    </span>
  )
}
