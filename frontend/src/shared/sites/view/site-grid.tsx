// Sites of a model to choose: kinds down, layers across. Several: boxes, a whole row or column by its head. One: a press chooses it.
// Arrows move between cells.
import type { Site } from '@mistudio/contracts'
import { type KeyboardEvent, type ReactNode, useState } from 'react'
import { cx, formatNumber, SearchInput, Table, Td, Th, Tr } from '../../../ui/index.js'
import { layersOf, type SiteRow, siteRows, siteText } from '../rows.js'

interface SiteGridProps {
  label: string
  sites: readonly Site[]
  chosen: readonly string[]
  /** Several may be chosen. */
  many?: boolean
  /** All chosen ones; of a single choice the one pressed. */
  onChange(chosen: readonly string[]): void
}

const MOVES: Readonly<Record<string, readonly [number, number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
}

/** Moves the focus to the next cell in the direction of the key, over places where a kind has no site. */
function move(event: KeyboardEvent<HTMLElement>): void {
  const step = MOVES[event.key]
  const from = event.target instanceof HTMLElement ? event.target.dataset['at'] : undefined
  if (!step || !from) return
  event.preventDefault()
  const [row = 0, column = 0] = from.split(',').map(Number)
  const cells = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-at]')].map((element) => {
    const [down = 0, across = 0] = (element.dataset['at'] ?? '').split(',').map(Number)
    const [along, aside] =
      step[0] === 0 ? [(across - column) * step[1], down - row] : [(down - row) * step[0], across - column]
    return { element, along, aside: Math.abs(aside) }
  })
  const ahead = cells.filter(({ along, aside }) => along > 0 && (step[1] === 0 || aside === 0))
  // Within the column where it goes on; else to the next row at all.
  ahead
    .sort((a, b) => Math.sign(a.aside) - Math.sign(b.aside) || a.along - b.along || a.aside - b.aside)[0]
    ?.element.focus()
}

export function SiteGrid({ label, sites, chosen, many = false, onChange }: SiteGridProps) {
  const [search, setSearch] = useState('')
  const [seen, setSeen] = useState<Site | null>(null)
  const rows = siteRows(sites, search)
  const layers = layersOf(rows)
  const toggle = (names: readonly string[], on: boolean) => {
    const rest = chosen.filter((name) => !names.includes(name))
    onChange(on ? [...rest, ...names] : rest)
  }
  const cell = (site: Site, row: number, column: number) => {
    const on = chosen.includes(site.name)
    const shared = {
      'aria-label': site.name,
      title: siteText(site),
      'data-at': `${row},${column}`,
      onFocus: () => setSeen(site),
      onMouseEnter: () => setSeen(site),
    }
    return many ? (
      <input
        {...shared}
        type="checkbox"
        checked={on}
        onChange={(event) => toggle([site.name], event.target.checked)}
        className="size-4 cursor-pointer align-middle accent-emerald-600"
      />
    ) : (
      <button
        {...shared}
        type="button"
        aria-pressed={on}
        onClick={() => onChange([site.name])}
        className="group inline-flex size-6 items-center justify-center rounded-full align-middle"
      >
        <span
          className={cx(
            'size-3.5 rounded-full border-2 group-hover:border-tone-emerald',
            on ? 'border-tone-emerald bg-tone-emerald' : 'border-muted',
          )}
        />
      </button>
    )
  }
  return (
    <div className="space-y-3">
      <SearchInput value={search} onChange={setSearch} placeholder="Find a site" slash={false} className="max-w-sm" />
      {rows.length === 0 ? (
        <p className="p-4 text-sm text-muted">
          No site has “{search}” in its name or description ({sites.length} before the search).
        </p>
      ) : (
        // biome-ignore lint/a11y/noStaticElementInteractions: moves the focus between the controls inside, adds no action of its own
        <div onKeyDown={move}>
          <Table label={label}>
            <thead>
              <tr>
                <Th>Site</Th>
                <Th number>Values per token</Th>
                {layers.map((layer) => {
                  const column = rows.flatMap((row) => row.sites.filter((site) => site.layer === layer))
                  return (
                    <Th key={layer} className="min-w-9 px-1 text-center">
                      {many ? (
                        <Head
                          of={column}
                          text={`${layer}`}
                          what={`in layer ${layer}`}
                          chosen={chosen}
                          toggle={toggle}
                        />
                      ) : (
                        layer
                      )}
                    </Th>
                  )
                })}
                <Th className="w-full" />
              </tr>
            </thead>
            <tbody>
              {rows.map((row, at) => (
                <Tr key={row.kind}>
                  <Td className="py-1 font-mono text-xs whitespace-nowrap text-heading">
                    {many ? (
                      <Head of={row.sites} text={row.kind} what={`of ${row.kind}`} chosen={chosen} toggle={toggle} />
                    ) : (
                      row.kind
                    )}
                  </Td>
                  <Td number className="py-1">
                    {formatNumber(row.width)}
                  </Td>
                  <Cells row={row} layers={layers} draw={(site, column) => cell(site, at, column)} />
                </Tr>
              ))}
            </tbody>
          </Table>
        </div>
      )}
      <p className="min-h-5 text-xs text-muted">{seen ? siteText(seen) : 'Layers are numbered across, from 0.'}</p>
    </div>
  )
}

interface CellsProps {
  row: SiteRow
  layers: readonly number[]
  draw(site: Site, column: number): ReactNode
}

function Cells({ row, layers, draw }: CellsProps) {
  const [first] = row.sites
  if (first?.layer === null)
    return (
      <Td className="py-1" colSpan={layers.length + 1}>
        <span className="inline-flex items-center gap-2 pl-1.5">
          {draw(first, 0)}
          <span className="text-xs text-muted">whole model</span>
        </span>
      </Td>
    )
  return (
    <>
      {layers.map((layer, column) => {
        const site = row.sites.find((one) => one.layer === layer)
        return (
          <Td key={layer} className="px-1 py-1 text-center">
            {site && draw(site, column)}
          </Td>
        )
      })}
      <Td className="py-1" />
    </>
  )
}

interface HeadProps {
  of: readonly Site[]
  text: string
  /** For example `in layer 2`. */
  what: string
  chosen: readonly string[]
  toggle(names: readonly string[], on: boolean): void
}

/** The head of a row or column as a button that takes all of it, or nothing when it has it all. */
function Head({ of, text, what, chosen, toggle }: HeadProps) {
  const names = of.map(({ name }) => name)
  const all = names.every((name) => chosen.includes(name))
  return (
    <button
      type="button"
      onClick={() => toggle(names, !all)}
      aria-pressed={all}
      title={`${all ? 'Take out' : 'Take'} every site ${what}`}
      className="min-w-6 rounded hover:underline"
    >
      {text}
    </button>
  )
}
