// @vitest-environment happy-dom
import { AppError } from '@mistudio/contracts'
import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { DeleteDialog } from './index.js'

const things = ['alpha', 'beta'].map((name) => ({ name, bytes: name.length }))
const ask = (chosen: typeof things, remove: (thing: (typeof things)[number]) => Promise<unknown>) => {
  const [onClose, onDeleted] = [vi.fn(), vi.fn()]
  render(
    <DeleteDialog
      things={chosen}
      onClose={onClose}
      onDeleted={onDeleted}
      nouns={{ one: 'thing', many: 'things' }}
      nameOf={({ name }) => name}
      goes={({ bytes }) => [`Its ${bytes} bytes`, false]}
      stays={() => ['The model']}
      remove={remove}
    />,
  )
  return { onClose, onDeleted }
}
afterEach(cleanup)

describe('the question before deleting', () => {
  it('names the thing, what goes with it and what stays, and deletes only when told', async () => {
    const remove = vi.fn(async () => undefined)
    const { onClose, onDeleted } = ask(things.slice(0, 1), remove)
    expect(screen.getByText('Delete “alpha”?')).toBeTruthy()
    expect(screen.getAllByRole('listitem').map((item) => item.textContent)).toEqual(['Its 5 bytes', 'The model'])
    expect(remove).not.toHaveBeenCalled()
    await userEvent.click(screen.getByRole('button', { name: 'Delete thing' }))
    expect(remove).toHaveBeenCalledExactlyOnceWith(things[0])
    expect(onClose).toHaveBeenCalled()
    expect(onDeleted).toHaveBeenCalledOnce()
  })
  it('deletes several and names those that would not go', async () => {
    const remove = vi.fn(async ({ name }: { name: string }) => {
      if (name === 'beta') throw new AppError('conflict', 'Something needs it.')
    })
    const { onClose } = ask(things, remove)
    await userEvent.click(screen.getByRole('button', { name: 'Delete things' }))
    expect(remove).toHaveBeenCalledTimes(2)
    expect((await screen.findByRole('alert')).textContent).toContain('beta: Something needs it.')
    expect(onClose).not.toHaveBeenCalled()
  })
})
