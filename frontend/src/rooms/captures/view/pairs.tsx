// Pairs of sites: a heat map of one figure, and all figures in a table.
import type { SiteComparison } from '@mistudio/contracts'
import { useState } from 'react'
import { DASH, formatNumber, formatValue, Select, Table, Td, Th, Tr } from '../../../ui/index.js'
import { shortSite } from '../prepare.js'

const FIGURES = {
  cka: { label: 'Linear CKA', of: (pair: SiteComparison) => pair.cka },
  cosineOfMeans: { label: 'Cosine of the means', of: (pair: SiteComparison) => pair.cosineOfMeans },
  cosine: { label: 'Mean cosine over tokens', of: (pair: SiteComparison) => pair.cosine?.mean ?? null },
} as const
type Figure = keyof typeof FIGURES

interface HeatMapProps {
  rows: readonly string[]
  columns: readonly string[]
  /** Of a row and a column: null where they are not paired, `same` where both are one site. */
  pairOf(row: string, column: string): SiteComparison | 'same' | null
}

export function HeatMap({ rows, columns, pairOf }: HeatMapProps) {
  const [figure, setFigure] = useState<Figure>('cka')
  const figureOf = (row: string, column: string): number | null => {
    const pair = pairOf(row, column)
    return pair === 'same' ? 1 : pair && FIGURES[figure].of(pair)
  }
  const options = (Object.keys(FIGURES) as Figure[]).map((value) => ({ value, label: FIGURES[value].label }))
  return (
    <>
      <Select<Figure>
        value={figure}
        onChange={setFigure}
        options={options}
        aria-label="Figure of the heat map"
        className="mb-3 max-w-60"
      />
      <Table label="Heat map of pairs" className="max-h-[560px] overflow-y-auto">
        <thead>
          <tr>
            <Th />
            {columns.map((site) => (
              <Th key={site} number>
                <span title={site}>{shortSite(site)}</span>
              </Th>
            ))}
            <Th className="w-full" />
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Tr key={row}>
              <Td title={row} className="text-xs whitespace-nowrap text-muted">
                {shortSite(row)}
              </Td>
              {columns.map((column) => (
                <HeatCell key={column} value={figureOf(row, column)} />
              ))}
              <Td />
            </Tr>
          ))}
        </tbody>
      </Table>
    </>
  )
}

/** Colour by size, orange below zero; the figure itself stands in the cell. */
function HeatCell({ value }: { value: number | null }) {
  const strength = Math.round(Math.abs(value ?? 0) * 45)
  const colour = (value ?? 0) < 0 ? 'var(--series-orange)' : 'var(--series-emerald)'
  return (
    <Td
      number
      className="text-heading"
      style={{ background: `color-mix(in srgb, ${colour} ${strength}%, transparent)` }}
    >
      {value === null ? DASH : value.toFixed(3)}
    </Td>
  )
}

const HEADS = ['CKA', 'Cosine of means', 'Cosine', 'p5', 'p50', 'p95', '‖a‖ / ‖b‖', '‖a − b‖ / ‖b‖', 'Tokens']

export function PairTable({ pairs }: { pairs: readonly SiteComparison[] }) {
  return (
    <Table label="Pairs of sites" className="mt-4 max-h-[560px] overflow-y-auto">
      <thead className="sticky top-0 bg-modal">
        <tr>
          <Th>a</Th>
          <Th>b</Th>
          {HEADS.map((head) => (
            <Th key={head} number>
              {head}
            </Th>
          ))}
        </tr>
      </thead>
      <tbody>
        {pairs.map(({ a, b, cka, cosine, cosineOfMeans, normRatio, relativeChange, tokens }) => (
          <Tr key={`${a} ${b}`}>
            {[a, b].map((site, side) => (
              <Td key={side === 0 ? 'a' : 'b'} title={site} className="whitespace-nowrap">
                {shortSite(site)}
              </Td>
            ))}
            {[cka, cosineOfMeans, cosine?.mean, cosine?.p5, cosine?.p50, cosine?.p95, normRatio, relativeChange].map(
              (value, i) => (
                <Td key={HEADS[i]} number>
                  {formatValue(value)}
                </Td>
              ),
            )}
            <Td number>{formatNumber(tokens)}</Td>
          </Tr>
        ))}
      </tbody>
    </Table>
  )
}
