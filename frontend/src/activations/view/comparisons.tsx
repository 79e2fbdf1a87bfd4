// Pairs of sites: a heat map of CKA or cosine, and the figures.
import type { Capture, SiteComparison } from '@mistudio/contracts'
import { useState } from 'react'
import { Card, DASH, Field, formatNumber, formatValue, Select, Table, Td, Th, Tr } from '../../ui/index.js'
import { pairOf, shortSite } from '../prepare.js'

type Figure = 'cka' | 'cosine'

export function Comparisons({ capture, comparisons }: { capture: Capture; comparisons: readonly SiteComparison[] }) {
  const [figure, setFigure] = useState<Figure>('cka')
  const sites = capture.sites.map(({ name }) => name)
  const figureOf = (a: string, b: string): number | null => {
    if (a === b) return 1
    const pair = pairOf(comparisons, a, b)
    return (figure === 'cka' ? pair?.cka : pair?.cosine?.mean) ?? null
  }
  const read = comparisons[0]?.tokens ?? 0
  return (
    <Card
      title="Comparisons"
      description={`Exact on ${formatNumber(read)} of ${formatNumber(capture.tokens)} tokens. CKA with fewer tokens than dimensions is near 1 by chance.`}
    >
      <Field label="Figure" className="mb-3 max-w-60">
        <Select<Figure>
          value={figure}
          onChange={setFigure}
          options={[
            { value: 'cka', label: 'Linear CKA' },
            { value: 'cosine', label: 'Mean cosine' },
          ]}
        />
      </Field>
      <Table label="Heat map of pairs">
        <thead>
          <tr>
            <Th />
            {sites.map((site) => (
              <Th key={site}>{shortSite(site)}</Th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sites.map((row) => (
            <Tr key={row}>
              <Td>{shortSite(row)}</Td>
              {sites.map((column) => {
                const value = figureOf(row, column)
                const strength = Math.round(Math.abs(value ?? 0) * 45)
                const colour = (value ?? 0) < 0 ? 'var(--color-orange-600)' : 'var(--color-emerald-600)'
                return (
                  <Td
                    key={column}
                    number
                    className="text-heading"
                    style={{ background: `color-mix(in srgb, ${colour} ${strength}%, transparent)` }}
                  >
                    {value === null ? DASH : value.toFixed(3)}
                  </Td>
                )
              })}
            </Tr>
          ))}
        </tbody>
      </Table>
      <Table label="Pairs of sites" className="mt-4">
        <thead>
          <tr>
            <Th>a</Th>
            <Th>b</Th>
            {['CKA', 'Cosine', 'p5', 'p50', 'p95', '‖a‖ / ‖b‖', '‖a − b‖ / ‖b‖', 'Tokens'].map((head) => (
              <Th key={head} number>
                {head}
              </Th>
            ))}
          </tr>
        </thead>
        <tbody>
          {comparisons.map(({ a, b, cka, cosine, normRatio, relativeChange, tokens }) => (
            <Tr key={`${a} ${b}`}>
              <Td>{shortSite(a)}</Td>
              <Td>{shortSite(b)}</Td>
              {Object.entries({
                cka,
                mean: cosine?.mean,
                p5: cosine?.p5,
                p50: cosine?.p50,
                p95: cosine?.p95,
                normRatio,
                relativeChange,
              }).map(([key, value]) => (
                <Td key={key} number>
                  {formatValue(value)}
                </Td>
              ))}
              <Td number>{formatNumber(tokens)}</Td>
            </Tr>
          ))}
        </tbody>
      </Table>
    </Card>
  )
}
