// Guards: whatever a user's file is called, it gets a name that the server takes and that keeps its ending.
import { expect, it } from 'vitest'
import { CreateFolderUploadSchema, plainFileName } from './folders.js'

it.each([
  ['../../etc/passwd', 'passwd'],
  ['a b/ü.jsonl.gz', 'u_.jsonl.gz'],
  ['..', 'upload'],
  ['-x.txt', 'x.txt'],
  ['C:\\x\\data.csv', 'data.csv'],
  [`${'x'.repeat(300)}.parquet`, `${'x'.repeat(112)}.parquet`],
  ['config.json', 'config.json'],
])('makes %s a plain name', (given, expected) => {
  const name = plainFileName(given)
  expect(name).toBe(expected)
  const upload = { name: 'u', purpose: 'dataset', files: [{ name, size: 1, modified: 0 }] }
  expect(CreateFolderUploadSchema.safeParse(upload).success).toBe(true)
})
