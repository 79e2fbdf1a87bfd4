// The usual sites that a model does not have, and why.
import type { AbsentSite } from '@mistudio/contracts'
import { Card, Facts } from '../../ui/index.js'

export function AbsentSites({ sites }: { sites: readonly AbsentSite[] }) {
  if (sites.length === 0) return null
  return (
    <Card title="Sites this model lacks" description="Names that exist in other models. L stands for every layer.">
      <Facts rows={sites.map(({ name, reason }) => [name, reason] as const)} />
    </Card>
  )
}
