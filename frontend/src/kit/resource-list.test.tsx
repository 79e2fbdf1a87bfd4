// @vitest-environment happy-dom
import { cleanup, render, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import Boxes from 'lucide-react/icons/boxes'
import { MemoryRouter } from 'react-router'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ResourceCard, ResourceList } from './index.js'
import { byName, type ListRules } from './list-state.js'

interface Thing {
  id: string
  name: string
  kind: string
}
const things: Thing[] = ['alpha', 'beta', 'gamma'].map((name, at) => ({
  id: name,
  name,
  kind: at === 0 ? 'odd' : 'even',
}))
const rules: ListRules<Thing> = {
  words: ({ name }) => name,
  orders: [
    byName(({ name }) => name),
    { id: 'back', label: 'Backwards', compare: (a, b) => b.name.localeCompare(a.name) },
  ],
  filters: [{ id: 'kind', label: 'Kind', of: ({ kind }) => ({ value: kind, label: kind }) }],
}
interface Given {
  data?: readonly Thing[] | undefined
  error?: unknown
  at?: string
  run?(chosen: readonly Thing[]): void
  remove?(thing: Thing): Promise<unknown>
  refetch?(): void
}
const list = ({
  data,
  error = null,
  at = '/things',
  run = () => undefined,
  remove,
  refetch = () => undefined,
}: Given) =>
  render(
    <MemoryRouter initialEntries={[at]}>
      <ResourceList
        of={{ data, error, refetch }}
        title="Things"
        subtitle="All of them."
        nouns={{ one: 'thing', many: 'things' }}
        rules={rules}
        icon={Boxes}
        actions={<button type="button">Add thing</button>}
        empty="No things yet."
        emptyActions={<button type="button">Make the first</button>}
        nameOf={({ name }) => name}
        card={({ id, name }) => <ResourceCard name={name} to={`/things/${id}`} />}
        bulk={remove ? [] : [{ label: 'Delete', run, reason: ({ length }) => (length > 2 ? 'At most two.' : null) }]}
        {...(remove && { deletion: { goes: () => ['Its words'], remove } })}
      />
    </MemoryRouter>,
  )
const shown = () => screen.queryAllByRole('heading', { level: 2 }).map((heading) => heading.textContent)
afterEach(cleanup)

describe('the page of a list', () => {
  it('says that it loads, then that nothing is here and what to do', () => {
    list({})
    expect(screen.getByRole('status', { name: 'Loading' })).toBeTruthy()
    cleanup()
    list({ data: [] })
    expect(screen.getByText('No things yet.')).toBeTruthy()
    expect(screen.getByRole('button', { name: 'Make the first' })).toBeTruthy()
    expect(screen.queryByRole('searchbox')).toBeNull()
  })
  it('never shows an empty list for a failure, and asks again', async () => {
    const refetch = vi.fn()
    list({ error: new Error('The table is gone.'), refetch })
    expect(screen.getByRole('alert').textContent).toContain('The table is gone.')
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }))
    expect(refetch).toHaveBeenCalledOnce()
  })
  it('keeps showing what it has when a later reading fails', () => {
    list({ data: things, error: new Error('down') })
    expect(shown()).toEqual(['alpha', 'beta', 'gamma'])
  })
  it('reads its choices from the address', () => {
    list({ data: things, at: '/things?q=a&sort=back&only.kind=even' })
    expect(shown()).toEqual(['gamma', 'beta'])
    expect(screen.getByText('2 of 3 things')).toBeTruthy()
  })
  it('says when nothing fits, how many there are, and takes the filters back', async () => {
    list({ data: things, at: '/things?q=zeta&only.kind=even' })
    expect(screen.getByText(/No thing fits “zeta” \(3 before filtering\)/)).toBeTruthy()
    await userEvent.click(screen.getByRole('button', { name: 'Clear filters' }))
    expect(shown()).toEqual(['alpha', 'beta', 'gamma'])
  })
})

describe('selection', () => {
  it('acts on what was chosen, and says why it cannot', async () => {
    const run = vi.fn()
    list({ data: things, run })
    expect(screen.queryByRole('checkbox')).toBeNull()
    await userEvent.click(screen.getByRole('button', { name: 'Select' }))
    const bar = within(screen.getByRole('region', { name: 'Selection' }))
    expect(bar.getByText('Nothing selected')).toBeTruthy()
    await userEvent.click(screen.getByRole('checkbox', { name: 'Select beta' }))
    await userEvent.click(bar.getByRole('button', { name: 'Delete' }))
    expect(run).toHaveBeenCalledExactlyOnceWith([things[1]])
    await userEvent.click(bar.getByRole('button', { name: 'Select all 3' }))
    await userEvent.click(bar.getByRole('button', { name: 'Delete' }))
    expect(run).toHaveBeenCalledOnce()
  })
  it('deletes what was chosen after saying what goes with it', async () => {
    const remove = vi.fn(async () => undefined)
    list({ data: things, remove })
    await userEvent.click(screen.getByRole('button', { name: 'Select' }))
    await userEvent.click(screen.getByRole('checkbox', { name: 'Select gamma' }))
    await userEvent.click(screen.getByRole('button', { name: 'Delete' }))
    expect(screen.getByText('Its words')).toBeTruthy()
    expect(remove).not.toHaveBeenCalled()
    await userEvent.click(screen.getByRole('button', { name: 'Delete thing' }))
    expect(remove).toHaveBeenCalledExactlyOnceWith(things[2])
  })
  it('takes only what the search found', async () => {
    const run = vi.fn()
    list({ data: things, run, at: '/things?only.kind=even' })
    await userEvent.click(screen.getByRole('button', { name: 'Select' }))
    await userEvent.click(screen.getByRole('button', { name: 'Select all 2' }))
    await userEvent.click(screen.getByRole('button', { name: 'Delete' }))
    expect(run).toHaveBeenCalledExactlyOnceWith([things[1], things[2]])
  })
})
