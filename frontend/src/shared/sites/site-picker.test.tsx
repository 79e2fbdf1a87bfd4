// @vitest-environment happy-dom
import type { Site } from '@mistudio/contracts'
import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { SiteGrid, SitePicker } from './index.js'
import { siteRows } from './rows.js'

const site = (name: string, layer: number | null, kind: Site['kind'] = 'token'): Site => ({
  name,
  layer,
  kind,
  width: 16,
  shape: 'batch × seq × 16',
})
const [EMBED, MLP, POST] = ['hook_embed', 'blocks.1.hook_mlp_out', 'blocks.1.hook_resid_post']
const SITES = [
  site(EMBED, null),
  site('blocks.0.hook_resid_post', 0),
  site('blocks.0.attn.hook_pattern', 0, 'pattern'),
  site(MLP, 1),
  site(POST, 1),
]
afterEach(cleanup)

it('groups sites by kind over layers, attention patterns too, and finds them by their words', () => {
  const rows = (search?: string) =>
    siteRows(SITES, search).map(({ kind, sites }) => [kind, sites.map(({ layer }) => layer)])
  expect(rows()).toEqual([
    ['hook_embed', [null]],
    ['hook_resid_post', [0, 1]],
    ['attn.hook_pattern', [0]],
    ['hook_mlp_out', [1]],
  ])
  expect(rows('residual after')).toEqual([['hook_resid_post', [0, 1]]])
})

describe('the grid of several', () => {
  it('takes a whole column, and arrows move between cells over what a kind lacks', async () => {
    const onChange = vi.fn()
    render(<SiteGrid many label="Sites" sites={SITES} chosen={[EMBED]} onChange={onChange} />)
    await userEvent.click(screen.getByRole('button', { name: '1' }))
    expect(onChange).toHaveBeenLastCalledWith([EMBED, POST, MLP])
    screen.getByRole('checkbox', { name: POST }).focus()
    await userEvent.keyboard('{ArrowDown}')
    expect(document.activeElement).toBe(screen.getByRole('checkbox', { name: MLP }))
    await userEvent.keyboard('{ArrowUp}')
    expect(document.activeElement).toBe(screen.getByRole('checkbox', { name: POST }))
  })
})

describe('the field of one', () => {
  it('shows the choice, opens by keyboard, and closes with what was pressed', async () => {
    const onChange = vi.fn()
    render(<SitePicker value={POST} sites={SITES} title="Site" placeholder="Choose" onChange={onChange} />)
    const field = screen.getByRole<HTMLInputElement>('combobox')
    expect(field.value).toBe(POST)
    field.focus()
    await userEvent.keyboard('{Enter}')
    await userEvent.click(screen.getByRole('button', { name: MLP }))
    expect(onChange).toHaveBeenCalledWith(MLP)
    expect(screen.queryByRole('dialog')).toBeNull()
  })

  it('stays closed while it may not be changed', async () => {
    render(<SitePicker disabled value="" sites={SITES} title="Site" placeholder="Choose" onChange={vi.fn()} />)
    await userEvent.click(screen.getByRole('combobox'))
    expect(screen.queryByRole('dialog')).toBeNull()
  })
})
