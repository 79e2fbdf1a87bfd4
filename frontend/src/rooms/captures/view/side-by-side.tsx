// The statistics of two captures in one table: sites of a first, each with its own count of tokens.
import type { Capture } from '@mistudio/contracts'
import { Card, formatNumber, formatValue, Table, Td, Th, Tr } from '../../../ui/index.js'
import { shortSite } from '../prepare.js'

const HEADS = ['Tokens', 'Values per token', 'Norm, mean', 'p5', 'p50', 'p95', 'Norm at position 0', 'Outliers']

export function SideBySide({ a, b }: { a: Capture; b: Capture }) {
  return (
    <Card title="Norms" description="Of all stored values of each capture; percentiles are exact.">
      <Table label="Norms of both captures">
        <thead>
          <tr>
            <Th />
            <Th>Site</Th>
            {HEADS.map((head) => (
              <Th key={head} number>
                {head}
              </Th>
            ))}
          </tr>
        </thead>
        <tbody>
          <SideRows side="a" capture={a} />
          <SideRows side="b" capture={b} />
        </tbody>
      </Table>
    </Card>
  )
}

function SideRows({ side, capture }: { side: 'a' | 'b'; capture: Capture }) {
  return capture.summary?.statistics.map(({ site, tokens, width, norm, firstPosition, outliers }) => (
    <Tr key={site}>
      <Td className="font-medium text-heading">{side}</Td>
      <Td title={site} className="whitespace-nowrap text-heading">
        {shortSite(site)}
      </Td>
      <Td number>{formatNumber(tokens)}</Td>
      <Td number>{formatNumber(width)}</Td>
      {[norm.mean, norm.p5, norm.p50, norm.p95, firstPosition.mean].map((value, i) => (
        <Td key={HEADS[i + 2]} number>
          {formatValue(value)}
        </Td>
      ))}
      <Td number>{formatNumber(outliers.count)}</Td>
    </Tr>
  ))
}
