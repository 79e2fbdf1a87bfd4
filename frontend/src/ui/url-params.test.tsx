// @vitest-environment happy-dom
import { cleanup } from '@testing-library/react'
import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'
import { createMemoryRouter, RouterProvider } from 'react-router'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { changedParams, useUrlParams } from './url-params.js'

afterEach(cleanup)

describe('parameters of the address', () => {
  it('changes what is named, removes what is null and keeps the rest', () => {
    const before = new URLSearchParams('q=tiny&repo=a/b&revision=main')
    expect(changedParams(before, { repo: null, revision: null }).toString()).toBe('q=tiny')
    expect(changedParams(before, { q: 'small', sort: 'likes' }).toString()).toBe(
      'q=small&repo=a%2Fb&revision=main&sort=likes',
    )
    expect(before.get('repo')).toBe('a/b')
  })

  it('shows a change at once: a checkbox that was clicked is checked when the click is over', async () => {
    function Filter() {
      const [query, update] = useUrlParams()
      return (
        <input
          type="checkbox"
          checked={query.has('on')}
          onChange={() => update({ on: query.has('on') ? null : '1' })}
        />
      )
    }
    const box = document.body.appendChild(document.createElement('div'))
    const router = createMemoryRouter([{ path: '/', Component: Filter }])
    // Without `act`, which would wait for transitions.
    const root = createRoot(box)
    const atOnce = (work: () => unknown): undefined => {
      flushSync(work)
    }
    // What `RouterProvider` of react-router/dom does, whose other module format would be another router to Node.
    root.render(<RouterProvider router={router} flushSync={atOnce} />)
    const input = await vi.waitUntil(() => box.querySelector('input'), { timeout: 20_000 })
    input.click()
    expect(input.checked).toBe(true)
    input.click()
    expect(input.checked).toBe(false)
    root.unmount()
    box.remove()
  })
})
