// The files that a download takes, with size and where each comes from.
import type { HubFile, HubInspectionAnswer } from '@mistudio/contracts'
import { formatBytes, plural, Table, Td, Th, Tr } from '../../../ui/index.js'

const SOURCES: Record<HubFile['source'], string> = { hub: 'hub', cache: 'cache', here: 'fetched' }

export function HubFiles({ found }: { found: HubInspectionAnswer }) {
  if (found.files.length === 0) return null
  return (
    <div>
      <Table label="Files">
        <thead className="sticky top-0 bg-modal">
          <tr>
            <Th>File</Th>
            <Th number>Size</Th>
            <Th>From</Th>
          </tr>
        </thead>
        <tbody>
          {found.files.map((file) => (
            <Tr key={file.path}>
              <Td className="font-mono text-xs wrap-anywhere" title={`${file.hash.kind} ${file.hash.hex}`}>
                {file.path}
              </Td>
              <Td number className="whitespace-nowrap">
                {formatBytes(file.bytes)}
              </Td>
              <Td>{SOURCES[file.source]}</Td>
            </Tr>
          ))}
        </tbody>
      </Table>
      {found.otherFiles > 0 && (
        <p className="mt-2 text-xs text-muted">
          {plural(found.otherFiles, 'other file')} of the repository {found.otherFiles === 1 ? 'is' : 'are'} not needed.
        </p>
      )}
    </div>
  )
}
