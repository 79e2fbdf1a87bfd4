// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, it } from 'vitest'
import { Select } from './index.js'

afterEach(cleanup)

const shown = () => (screen.getByRole('combobox') as HTMLSelectElement).selectedOptions[0]?.textContent

it('an option of nothing is shown in its own words; without one, nothing chosen asks for a choice', () => {
  const options = [{ value: 'a', label: 'A' }]
  const { rerender } = render(
    <Select value="" onChange={() => {}} options={[{ value: '', label: 'All' }, ...options]} />,
  )
  expect(shown()).toBe('All')
  rerender(<Select value="" onChange={() => {}} options={options} />)
  expect(shown()).toBe('Choose…')
})
