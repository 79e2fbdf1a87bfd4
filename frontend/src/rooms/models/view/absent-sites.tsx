// The usual sites that a model does not have, and why: one entry per reason.
import type { AbsentSite } from '@mistudio/contracts'
import { Card } from '../../../ui/index.js'
import { absentGroups } from '../prepare.js'

export function AbsentSites({ sites, exported }: { sites: readonly AbsentSite[]; exported: boolean }) {
  if (sites.length === 0) return null
  return (
    <Card
      title={exported ? 'Sites that were not found in the export' : 'Sites this model lacks'}
      description="Names that exist in other models. L stands for every layer."
    >
      <dl className="space-y-4 text-sm">
        {absentGroups(sites).map(({ reason, names }) => (
          <div key={reason}>
            <dt className="flex flex-wrap gap-x-4 gap-y-1 font-mono text-xs text-heading">
              {names.map((name) => (
                <span key={name}>{name}</span>
              ))}
            </dt>
            <dd className="mt-1 wrap-anywhere text-muted">{reason}</dd>
          </div>
        ))}
      </dl>
    </Card>
  )
}
