// The sites of a model: named places in the forward pass. One click leads to a training or a capture there.
import type { Model, Site } from '@mistudio/contracts'
import Boxes from 'lucide-react/icons/boxes'
import GraduationCap from 'lucide-react/icons/graduation-cap'
import { useState } from 'react'
import { Card, FilteredEmpty, LinkButton, SearchInput, Table, Td, Th, Toggle, Tr } from '../../../ui/index.js'
import { captureAddress, isTrainable, isTrainingSite, siteGroups, trainingAddress } from '../prepare.js'

export function SitesTable({ model }: { model: Model }) {
  const [search, setSearch] = useState('')
  const [all, setAll] = useState(false)
  const shown = model.sites.filter(
    (site) => (all || isTrainingSite(site)) && site.name.toLowerCase().includes(search.toLowerCase()),
  )
  const clear = () => {
    setSearch('')
    setAll(true)
  }
  return (
    <Card
      title="Sites"
      description="Names follow TransformerLens. An SAE is trained on the activations at one of them."
    >
      <div className="mb-4 flex flex-wrap items-center justify-between gap-4">
        <SearchInput value={search} onChange={setSearch} placeholder="Find a site" className="w-72" />
        <Toggle checked={all} onChange={setAll} label={`All ${model.sites.length} sites`} />
      </div>
      {shown.length === 0 ? (
        <FilteredEmpty onClear={clear}>No site fits ({model.sites.length} before filtering).</FilteredEmpty>
      ) : (
        <Table label="Sites" className="max-h-[480px] overflow-y-auto">
          <thead className="sticky top-0 bg-modal">
            <tr>
              <Th>Where</Th>
              <Th>Site</Th>
              <Th number>Width</Th>
              <Th>Shape</Th>
              <Th />
            </tr>
          </thead>
          <tbody>
            {siteGroups(shown).flatMap((group) =>
              group.sites.map((site) => (
                <Tr key={site.name}>
                  <Td className="whitespace-nowrap text-muted">{group.label}</Td>
                  <Td className="font-mono text-xs text-heading">{site.name}</Td>
                  <Td number>{site.width}</Td>
                  <Td className="font-mono text-xs whitespace-nowrap">{site.shape}</Td>
                  <Td className="text-right whitespace-nowrap">
                    <Actions model={model} site={site} />
                  </Td>
                </Tr>
              )),
            )}
          </tbody>
        </Table>
      )}
    </Card>
  )
}

function Actions({ model, site }: { model: Model; site: Site }) {
  const capture = captureAddress(model, site)
  return (
    <>
      {capture && (
        <LinkButton size="sm" kind="ghost" icon={Boxes} to={capture}>
          Capture here
        </LinkButton>
      )}
      {isTrainable(model, site) && (
        <LinkButton size="sm" kind="ghost" icon={GraduationCap} to={trainingAddress(model, site)}>
          Train here
        </LinkButton>
      )}
    </>
  )
}
