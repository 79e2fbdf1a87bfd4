// Sites of a model to tick: kinds down, layers across, a whole row at once by its name.
import type { Site } from '@mistudio/contracts'
import { formatNumber, Table, Td, Th, Tr } from '../../../ui/index.js'
import { type SiteRow, siteRows } from '../form.js'

interface SiteGridProps {
  sites: readonly Site[]
  chosen: readonly string[]
  onChange(chosen: readonly string[]): void
}

export function SiteGrid({ sites, chosen, onChange }: SiteGridProps) {
  const rows = siteRows(sites)
  const layered = rows.filter(({ sites: [first] }) => first?.layer !== null)
  const whole = rows.filter(({ sites: [first] }) => first?.layer === null)
  const layers = [...new Set(layered.flatMap((row) => row.sites.map(({ layer }) => layer ?? 0)))].sort((a, b) => a - b)
  const toggle = (names: readonly string[], on: boolean) => {
    const rest = chosen.filter((name) => !names.includes(name))
    onChange(on ? [...rest, ...names] : rest)
  }
  const box = (site: Site | undefined) =>
    site && (
      <input
        type="checkbox"
        aria-label={site.name}
        title={site.name}
        checked={chosen.includes(site.name)}
        onChange={(event) => toggle([site.name], event.target.checked)}
        className="size-4 cursor-pointer align-middle accent-emerald-600"
      />
    )
  return (
    <Table label="Sites to capture" className="max-h-[720px] overflow-y-auto">
      <thead className="sticky top-0 z-10 bg-modal">
        <tr>
          <Th>Site</Th>
          <Th number>Values per token</Th>
          {layers.map((layer) => (
            <Th key={layer} className="min-w-9 px-1 text-center">
              {layer}
            </Th>
          ))}
          <Th className="w-full" />
        </tr>
      </thead>
      <tbody>
        {layered.map((row) => (
          <Tr key={row.kind}>
            <Td className="py-1">
              <RowName row={row} chosen={chosen} onToggle={toggle} />
            </Td>
            <Td number className="py-1">
              {formatNumber(row.width)}
            </Td>
            {layers.map((layer) => (
              <Td key={layer} className="px-1 py-1 text-center">
                {box(row.sites.find((site) => site.layer === layer))}
              </Td>
            ))}
            <Td className="py-1" />
          </Tr>
        ))}
        {whole.map((row) => (
          <Tr key={row.kind}>
            <Td className="py-1 font-mono text-xs text-heading">{row.kind}</Td>
            <Td number className="py-1">
              {formatNumber(row.width)}
            </Td>
            <Td className="py-1" colSpan={layers.length + 1}>
              <span className="inline-flex items-center gap-2 pl-1.5">
                {box(row.sites[0])}
                <span className="text-xs text-muted">whole model</span>
              </span>
            </Td>
          </Tr>
        ))}
      </tbody>
    </Table>
  )
}

interface RowNameProps {
  row: SiteRow
  chosen: readonly string[]
  onToggle(names: readonly string[], on: boolean): void
}

/** The kind as a button that takes every layer, or none when it has them all. */
function RowName({ row, chosen, onToggle }: RowNameProps) {
  const names = row.sites.map(({ name }) => name)
  const all = names.every((name) => chosen.includes(name))
  return (
    <button
      type="button"
      onClick={() => onToggle(names, !all)}
      aria-pressed={all}
      title={all ? 'Take out every layer' : 'Take every layer'}
      className="rounded font-mono text-xs whitespace-nowrap text-heading hover:underline"
    >
      {row.kind}
    </button>
  )
}
