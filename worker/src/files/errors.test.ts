import { AppError } from '@mistudio/contracts'
import { FormatError, translateSystemError } from '@mistudio/formats'
import { expect, it } from 'vitest'
import { withFileErrors } from './errors.js'

const outcome = (work: () => Promise<unknown>): Promise<unknown> =>
  withFileErrors(work).catch((error: unknown) => error)

it('names a full disk', async () => {
  const full = Object.assign(new Error('no space'), { code: 'ENOSPC' })
  const error = await outcome(async () => translateSystemError(full, '/data/x'))
  expect(error).toMatchObject({ code: 'disk_full', details: { file: '/data/x' } })
  expect((error as AppError).message).toContain('The disk is full')
})

it.each([
  ['dataset_not_utf8', 'dataset_invalid'],
  ['parquet_invalid', 'dataset_invalid'],
  ['file_not_found', 'file_not_found'],
  ['path_outside_root', 'path_outside_roots'],
  ['file_incomplete', 'file_invalid'],
] as const)('turns %s into %s with the line', async (from, to) => {
  const error = await outcome(async () => {
    throw new FormatError(from, 'What', { file: 'a.txt', line: 3, hint: 'Do this.' })
  })
  expect(error).toBeInstanceOf(AppError)
  expect(error).toMatchObject({
    code: to,
    message: 'What (a.txt, line 3). Do this.',
    details: { reason: from, line: 3 },
  })
})

it('passes everything else on', async () => {
  const error = new TypeError('bug')
  expect(await outcome(() => Promise.reject(error))).toBe(error)
})
