// The sites of one capture among each other.
import type { Capture, SiteComparison } from '@mistudio/contracts'
import { Card, formatNumber } from '../../../ui/index.js'
import { pairOf } from '../prepare.js'
import { HeatMap, PairTable } from './pairs.js'

interface ComparisonsProps {
  capture: Capture
  comparisons: readonly SiteComparison[]
}

export function Comparisons({ capture, comparisons }: ComparisonsProps) {
  const sites = capture.sites.map(({ name }) => name)
  const read = comparisons[0]?.tokens ?? 0
  return (
    <Card
      title="Sites among each other"
      description={`Exact on ${formatNumber(read)} of ${formatNumber(capture.tokens)} tokens. CKA with fewer tokens than dimensions is near 1 by chance.`}
    >
      <HeatMap
        rows={sites}
        columns={sites}
        pairOf={(row, column) => (row === column ? 'same' : pairOf(comparisons, row, column))}
      />
      <PairTable pairs={comparisons} />
    </Card>
  )
}
