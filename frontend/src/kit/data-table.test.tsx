// @vitest-environment happy-dom
import { cleanup, render, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { useState } from 'react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Column, DataTable } from './data-table.js'

interface Row {
  id: string
  loss: number
}
const columns: readonly Column<Row>[] = [
  { id: 'name', label: 'Name', value: ({ id }) => id },
  { id: 'loss', label: 'Loss', number: true, value: ({ loss }) => loss },
]
const many = Array.from({ length: 5000 }, (_, n) => ({ id: `row ${n}`, loss: (n * 7919) % 5000 }))

function Shown({ rows, onOpen }: { rows: readonly Row[]; onOpen(row: Row): void }) {
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  return (
    <>
      <DataTable
        name="test"
        label="Rows"
        rows={rows}
        keyOf={({ id }) => id}
        nameOf={({ id }) => id}
        columns={columns}
        onOpen={onOpen}
        selected={selected}
        onSelected={setSelected}
      />
      <output>{[...selected].join()}</output>
    </>
  )
}
const SIZES = { clientWidth: 900, clientHeight: 600 }
const open = vi.fn()
const rowsOnScreen = () => screen.getAllByRole('row').slice(1)
const heads = () =>
  screen.getAllByRole('columnheader').flatMap((head) => within(head).queryByRole('button')?.textContent ?? [])

beforeEach(() => {
  localStorage.clear()
  open.mockClear()
  // A browser of no size shows no rows: the box is as high as a screen.
  for (const [name, size] of Object.entries(SIZES))
    Object.defineProperty(HTMLElement.prototype, name, { configurable: true, get: () => size })
})
afterEach(() => {
  cleanup()
  for (const name of Object.keys(SIZES)) Reflect.deleteProperty(HTMLElement.prototype, name)
})

describe('the table', () => {
  it('draws the rows in sight of thousands, and says how many there are', () => {
    render(<Shown rows={many} onOpen={open} />)
    expect(rowsOnScreen().length).toBeGreaterThan(5)
    expect(rowsOnScreen().length).toBeLessThan(60)
    expect(screen.getByRole('table').getAttribute('aria-rowcount')).toBe('5001')
  })
  it('sorts by a head, the largest number first, and says so', async () => {
    render(<Shown rows={many} onOpen={open} />)
    await userEvent.click(screen.getByRole('button', { name: 'Loss' }))
    expect(rowsOnScreen()[0]?.textContent).toContain('4999')
    expect(screen.getByRole('columnheader', { name: /Loss/ }).getAttribute('aria-sort')).toBe('descending')
  })
  it('is walked through by keyboard: Enter opens, Space selects', async () => {
    render(<Shown rows={many.slice(0, 4)} onOpen={open} />)
    rowsOnScreen()[0]?.focus()
    await userEvent.keyboard('{Enter}')
    expect(open).toHaveBeenCalledExactlyOnceWith(many[0])
    await userEvent.keyboard('{ArrowDown}')
    await vi.waitFor(() => expect(document.activeElement?.getAttribute('data-row')).toBe('1'))
    await userEvent.keyboard(' ')
    expect(screen.getByRole('status').textContent).toBe('row 1')
    await userEvent.keyboard('{End}')
    await vi.waitFor(() => expect(document.activeElement?.getAttribute('data-row')).toBe('3'))
  })
  it('selects all of its rows at once, and none', async () => {
    render(<Shown rows={many.slice(0, 3)} onOpen={open} />)
    await userEvent.click(screen.getByRole('checkbox', { name: 'Select all rows' }))
    expect(screen.getByRole('status').textContent).toBe('row 0,row 1,row 2')
    await userEvent.click(screen.getByRole('checkbox', { name: 'Select all rows' }))
    expect(screen.getByRole('status').textContent).toBe('')
  })
  it('sizes a column with the arrow keys', async () => {
    render(<Shown rows={many.slice(0, 3)} onOpen={open} />)
    const edge = screen.getByRole('separator', { name: 'Width of Name' })
    const before = Number(edge.getAttribute('aria-valuenow'))
    edge.focus()
    await userEvent.keyboard('{ArrowRight}')
    expect(Number(edge.getAttribute('aria-valuenow'))).toBe(before + 16)
  })
})

describe('views', () => {
  it('keep columns and their order under a name, also for the next visit', async () => {
    render(<Shown rows={many.slice(0, 3)} onOpen={open} />)
    await userEvent.click(screen.getByRole('button', { name: 'Columns' }))
    await userEvent.click(screen.getByRole('button', { name: 'Loss further left' }))
    await userEvent.type(screen.getByLabelText('Keep this view as'), 'losses')
    await userEvent.click(screen.getByRole('button', { name: 'Save view' }))
    await userEvent.click(screen.getByRole('button', { name: 'As at first' }))
    expect(heads()).toEqual(['Name', 'Loss'])
    cleanup()
    render(<Shown rows={many.slice(0, 3)} onOpen={open} />)
    expect(heads()).toEqual(['Name', 'Loss'])
    await userEvent.click(screen.getByRole('button', { name: 'Columns' }))
    await userEvent.click(screen.getByRole('button', { name: 'Use losses' }))
    expect(heads()).toEqual(['Loss', 'Name'])
  })
  it('that cannot be read are as if there were none', () => {
    localStorage.setItem('mistudio.table.test', '{"now":{"order":7}}')
    render(<Shown rows={many.slice(0, 3)} onOpen={open} />)
    expect(heads()).toEqual(['Name', 'Loss'])
  })
})
