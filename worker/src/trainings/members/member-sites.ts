// The sites of one SAE, and their activations as it takes them: one site as it is, the sites of a crosscoder side by side. Pure.
import { inputSitesOf, outputSitesOf, type TrainingParams } from '@mistudio/contracts'
import type { SiteActivations } from '../stream/harvest.js'

export interface SiteWidth {
  readonly name: string
  readonly width: number
}

/** What an SAE reads and what it reconstructs; several sites only for crosscoders, which reconstruct what they read. */
export interface MemberSites {
  readonly inputs: readonly SiteWidth[]
  readonly outputs: readonly SiteWidth[]
}

/** @throws Error for a site without a width in `widths`. */
export function memberSites(params: TrainingParams, widths: ReadonlyMap<string, number>): MemberSites {
  const of = (name: string): SiteWidth => {
    const width = widths.get(name)
    if (width === undefined) throw new Error(`The site ${name} was not opened.`)
    return { name, width }
  }
  return { inputs: inputSitesOf(params).map(of), outputs: outputSitesOf(params).map(of) }
}

export const widthOf = (sites: readonly SiteWidth[]): number => sites.reduce((sum, { width }) => sum + width, 0)

/** Whether what is read is what is reconstructed. */
export const sameSites = ({ inputs, outputs }: MemberSites): boolean =>
  inputs.map(({ name }) => name).join() === outputs.map(({ name }) => name).join()

/** Activations [tokens, Σ widths] at `sites`; of one site the array itself. @throws Error for a site that was not harvested. */
export function sideBySide(activations: SiteActivations, sites: readonly SiteWidth[]): Float32Array {
  const parts = sites.map(({ name, width }) => {
    const values = activations.get(name)
    if (!values) throw new Error(`No activations were harvested at ${name}.`)
    return { values, width }
  })
  if (parts.length === 1) return parts[0]!.values
  const width = widthOf(sites)
  const tokens = parts[0]!.values.length / parts[0]!.width
  const out = new Float32Array(tokens * width)
  let first = 0
  for (const { values, width: own } of parts) {
    for (let t = 0; t < tokens; t++) out.set(values.subarray(t * own, (t + 1) * own), t * width + first)
    first += own
  }
  return out
}

/** Rows [tokens, Σ widths] taken apart again: [tokens, width] per site, by name. */
export function takeApart(rows: Float32Array, sites: readonly SiteWidth[]): { site: string; value: Float32Array }[] {
  if (sites.length === 1) return [{ site: sites[0]!.name, value: rows }]
  const width = widthOf(sites)
  const tokens = rows.length / width
  let first = 0
  return sites.map(({ name, width: own }) => {
    const value = new Float32Array(tokens * own)
    for (let t = 0; t < tokens; t++) value.set(rows.subarray(t * width + first, t * width + first + own), t * own)
    first += own
    return { site: name, value }
  })
}
