// Guards: pairs of sites are those that were chosen, neighbours are layers of one kind of site.
import type { CaptureSite } from '@mistudio/contracts'
import { expect, it } from 'vitest'
import { pairsFor } from './prepare.js'

const site = (name: string): CaptureSite => {
  const layer = /^blocks\.(\d+)\./.exec(name)?.[1]
  return { name, layer: layer === undefined ? null : Number(layer), width: 4 }
}
const sites = [
  'hook_embed',
  'blocks.4.hook_mlp_out',
  'blocks.0.hook_resid_post',
  'blocks.2.hook_resid_post',
  'blocks.11.hook_resid_post',
].map(site)

it('neighbours are consecutive captured layers of the same kind of site, the later one first', () => {
  expect(pairsFor('neighbours', sites, '', '')).toEqual([
    ['blocks.2.hook_resid_post', 'blocks.0.hook_resid_post'],
    ['blocks.11.hook_resid_post', 'blocks.2.hook_resid_post'],
  ])
  expect(pairsFor('neighbours', sites.slice(0, 3), '', '')).toEqual([])
})

it('pairs what was chosen and nothing with itself', () => {
  expect(pairsFor('one', sites, 'hook_embed', 'blocks.4.hook_mlp_out')).toEqual([
    ['hook_embed', 'blocks.4.hook_mlp_out'],
  ])
  expect(pairsFor('one', sites, 'hook_embed', 'hook_embed')).toEqual([])
  expect(pairsFor('with_all', sites, 'hook_embed', '').map(([later]) => later)).toEqual(
    sites.slice(1).map(({ name }) => name),
  )
  const all = pairsFor('all', sites, '', '')
  expect(all).toHaveLength(10)
  expect(new Set(all.map((pair) => [...pair].sort().join())).size).toBe(10)
})
