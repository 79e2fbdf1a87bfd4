// The usual sites that a model does not have, and why.
import type { AbsentSite } from '@mistudio/contracts'
import { Card, Facts } from '../../ui/index.js'

export function AbsentSites({ sites, exported }: { sites: readonly AbsentSite[]; exported: boolean }) {
  if (sites.length === 0) return null
  return (
    <Card
      title={exported ? 'Sites that were not found in the export' : 'Sites this model lacks'}
      description="Names that exist in other models. L stands for every layer."
    >
      <Facts rows={sites.map(({ name, reason }) => [name, reason] as const)} />
    </Card>
  )
}
