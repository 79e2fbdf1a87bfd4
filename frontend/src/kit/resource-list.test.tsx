// @vitest-environment happy-dom
import { QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import Boxes from 'lucide-react/icons/boxes'
import { MemoryRouter, useLocation } from 'react-router'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { queryClient, renew } from '../live/index.js'
import { ResourceCard, ResourceList, type RulesOf } from './index.js'
import { PAGE_ROWS } from './list-state.js'

interface Thing {
  id: string
  name: string
  architecture: string
}
interface Asked {
  search?: string
  sort?: string
  architecture?: string
  facets?: string
  offset?: number
  limit?: number
}
const server = vi.hoisted(() => ({
  things: [] as Thing[],
  failure: null as Error | null,
  asked: [] as Asked[],
  /** Answers wait for this. */
  gate: Promise.resolve(),
}))
// A server of one list, in memory.
vi.mock('../live/client.js', async (original) => {
  const page = async (_: string, { query }: { query: Asked }) => {
    server.asked.push(query)
    await server.gate
    if (server.failure) throw server.failure
    const { search = '', sort = 'name', architecture, offset = 0, limit = 50 } = query
    const found = server.things.filter(
      (thing) => thing.name.includes(search) && (!architecture || thing.architecture === architecture),
    )
    if (sort === '-name') found.reverse()
    const values = [...new Set(server.things.map((thing) => thing.architecture))]
    const facets = { architecture: values.map((value) => ({ value, count: 1 })) }
    return { items: found.slice(offset, offset + limit), meta: { total: found.length, offset, limit, facets } }
  }
  const actual = await original<typeof import('../live/client.js')>()
  return { queryClient: actual.queryClient, api: { page } }
})

const things: Thing[] = ['alpha', 'beta', 'gamma'].map((name, at) => ({
  id: name,
  name,
  architecture: at === 0 ? 'odd' : 'even',
}))
const many = (count: number): Thing[] =>
  Array.from({ length: count }, (_, at) => ({
    id: `t${at}`,
    name: `thing ${String(at).padStart(3, '0')}`,
    architecture: 'even',
  }))
const rules: RulesOf<'listModels'> = {
  orders: [
    { id: 'name', label: 'By name', sort: 'name' },
    { id: 'back', label: 'Backwards', sort: '-name' },
  ],
  filters: [{ id: 'architecture', label: 'Kind' }],
}
interface Given {
  data?: Thing[]
  error?: Error
  at?: string
  run?(chosen: readonly { id: string }[]): void
  remove?(thing: { id: string }): Promise<unknown>
}
function Address() {
  return <output aria-label="Address">{useLocation().search}</output>
}
const list = ({ data = things, error, at = '/things', run = () => undefined, remove }: Given) => {
  server.things = data
  server.failure = error ?? null
  render(
    <QueryClientProvider client={queryClient}>
      <MemoryRouter initialEntries={[at]}>
        <ResourceList
          of="listModels"
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
          bulk={remove ? [] : [{ label: 'Act', run, reason: ({ length }) => (length === 3 ? 'Not three.' : null) }]}
          {...(remove && { deletion: { goes: () => ['Its words'], remove } })}
        />
        <Address />
      </MemoryRouter>
    </QueryClientProvider>,
  )
}
const shown = () => screen.queryAllByRole('heading', { level: 2 }).map((heading) => heading.textContent)
const shows = (...names: string[]) => waitFor(() => expect(shown()).toEqual(names))
const click = async (name: string) => userEvent.click(await screen.findByRole('button', { name }))
const acting = () => vi.fn((_: readonly { id: string }[]) => undefined)
const idsOf = (run: ReturnType<typeof acting>) => run.mock.calls.map(([chosen]) => chosen.map(({ id }) => id))
beforeEach(() => {
  Object.assign(server, { asked: [], gate: Promise.resolve() })
  queryClient.clear()
})
afterEach(cleanup)

describe('the page of a list', () => {
  it('says that it loads, then that nothing is here and what to do', async () => {
    list({ data: [] })
    expect(screen.getByRole('status', { name: 'Loading' })).toBeTruthy()
    expect(await screen.findByText('No things yet.')).toBeTruthy()
    expect(screen.getByRole('button', { name: 'Make the first' })).toBeTruthy()
    expect(screen.queryByRole('searchbox')).toBeNull()
  })
  it('never shows an empty list for a failure, and asks again', async () => {
    list({ error: new Error('The table is gone.') })
    expect((await screen.findByRole('alert')).textContent).toContain('The table is gone.')
    server.failure = null
    await click('Try again')
    await shows('alpha', 'beta', 'gamma')
  })
  it('keeps showing what it has when a later reading fails', async () => {
    list({})
    await shows('alpha', 'beta', 'gamma')
    server.failure = new Error('down')
    await renew('/models')
    await shows('alpha', 'beta', 'gamma')
  })
  it('shows what came when its list is renewed', async () => {
    list({})
    await shows('alpha', 'beta', 'gamma')
    server.things = things.slice(0, 2)
    await renew('/models')
    await shows('alpha', 'beta')
  })
  it('asks for what the address says', async () => {
    list({ at: '/things?q=a&sort=back&only.architecture=even' })
    await shows('gamma', 'beta')
    expect(screen.getByText('2 of 3 things')).toBeTruthy()
    expect(server.asked).toContainEqual({
      search: 'a',
      sort: '-name',
      architecture: 'even',
      offset: 0,
      limit: PAGE_ROWS,
    })
  })
  it('says when nothing fits, how many there are, and takes the filters back', async () => {
    list({ at: '/things?q=zeta&only.architecture=even' })
    expect(await screen.findByText(/No thing fits “zeta” \(3 before filtering\)/)).toBeTruthy()
    await click('Clear filters')
    await shows('alpha', 'beta', 'gamma')
  })
})

describe('pages', () => {
  it('are asked for one by one; the one before stays until the next is there', async () => {
    list({ data: many(120) })
    expect(await screen.findByText('1–50 of 120 things')).toBeTruthy()
    expect(server.asked.every(({ limit = 0 }) => limit <= PAGE_ROWS)).toBe(true)
    let open = () => {}
    server.gate = new Promise((done) => {
      open = done
    })
    await click('Next')
    expect(shown()[0]).toBe('thing 000')
    open()
    await waitFor(() => expect(shown()[0]).toBe('thing 050'))
    expect(screen.getByLabelText('Address').textContent).toBe('?page=2')
  })
  it('end where the rows end', async () => {
    list({ data: many(60), at: '/things?page=9' })
    await waitFor(() => expect(shown()).toHaveLength(10))
    expect(screen.getByLabelText('Address').textContent).toBe('?page=2')
  })
})

describe('selection', () => {
  it('acts on what was chosen, and says why it cannot', async () => {
    const run = acting()
    list({ run })
    await shows('alpha', 'beta', 'gamma')
    expect(screen.queryByRole('checkbox')).toBeNull()
    await click('Select')
    const bar = within(screen.getByRole('region', { name: 'Selection' }))
    expect(bar.getByText('Nothing selected')).toBeTruthy()
    await userEvent.click(screen.getByRole('checkbox', { name: 'Select beta' }))
    await click('Act')
    expect(idsOf(run)).toEqual([['beta']])
    await click('Select all 3')
    await bar.findByText('3 things selected')
    await click('Act')
    expect(run).toHaveBeenCalledOnce()
  })
  it('takes all that the search found, on other pages too', async () => {
    const run = acting()
    list({ data: [...many(70), ...things], run, at: '/things?q=thing' })
    await click('Select')
    await click('Select all 70')
    await screen.findByText('70 things selected')
    await click('Act')
    expect(idsOf(run)[0]).toHaveLength(70)
  })
  it('deletes what was chosen after saying what goes with it', async () => {
    const remove = vi.fn(async (_: { id: string }) => undefined)
    list({ remove })
    await click('Select')
    await userEvent.click(screen.getByRole('checkbox', { name: 'Select gamma' }))
    await click('Delete')
    expect(screen.getByText('Its words')).toBeTruthy()
    expect(remove).not.toHaveBeenCalled()
    await click('Delete thing')
    expect(remove).toHaveBeenCalledExactlyOnceWith(things[2])
    expect(await screen.findByText('Nothing selected')).toBeTruthy()
  })
})
