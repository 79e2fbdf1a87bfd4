// The sites of a crosscoder, and what it explains at each.
import { type Sae, TRAINING_METRICS } from '@mistudio/contracts'
import { Card, formatPercent, formatValue, Table, Td, Th, Tr } from '../../../ui/index.js'

export function SiteTable({ sae }: { sae: Sae }) {
  const figures = new Map(sae.summary?.sites?.map(({ site, fvu }) => [site, fvu]))
  return (
    <Card
      title="Sites"
      description={`One dictionary reads and writes all of them; a feature has a decoder vector at each. ${TRAINING_METRICS.heldout_fvu.definition} CE recovered and KL are with all sites replaced at once. Extractions and steering take SAEs of one site.`}
    >
      <Table label="Sites of the crosscoder">
        <thead>
          <Tr>
            <Th>Site</Th>
            <Th number>FVU</Th>
            <Th number>Variance explained</Th>
          </Tr>
        </thead>
        <tbody>
          {sae.sites.map((site) => {
            const fvu = figures.get(site) ?? null
            return (
              <Tr key={site}>
                <Td>
                  <code>{site}</code>
                </Td>
                <Td number>{formatValue(fvu)}</Td>
                <Td number>{fvu === null ? '–' : formatPercent(1 - fvu)}</Td>
              </Tr>
            )
          })}
        </tbody>
      </Table>
    </Card>
  )
}
