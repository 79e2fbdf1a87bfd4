import type { FileEntry } from '@mistudio/contracts'
import { expect, it } from 'vitest'
import { browserRows } from './prepare.js'

const entry = (name: string, kind: 'folder' | 'file', looksLike: FileEntry['looksLike'] = null): FileEntry => ({
  name,
  path: `/root/${name}`,
  kind,
  size: null,
  looksLike,
})

it('puts folders first and what fits before the rest, by name', () => {
  const rows = browserRows(
    [
      entry('b.txt', 'file', 'dataset'),
      entry('notes.pdf', 'file'),
      entry('zoo', 'folder'),
      entry('m10', 'folder', 'model'),
      entry('m2', 'folder', 'model'),
    ],
    'model',
  )
  expect(rows.map((row) => row.entry.name)).toEqual(['m2', 'm10', 'zoo', 'b.txt', 'notes.pdf'])
  expect(rows.filter((row) => row.fits)).toHaveLength(2)
})

it('puts folders before the datasets among the files, and keeps names with the filter in them', () => {
  const entries = [entry('a.bin', 'file'), entry('b.txt', 'file', 'dataset'), entry('Zoo', 'folder')]
  const names = (filter?: string) => browserRows(entries, 'dataset', filter).map((row) => row.entry.name)
  expect(names()).toEqual(['Zoo', 'b.txt', 'a.bin'])
  expect(names(' zo')).toEqual(['Zoo'])
})
