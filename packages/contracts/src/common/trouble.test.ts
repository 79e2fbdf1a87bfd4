import { describe, expect, it } from 'vitest'
import { AppError } from './errors.js'
import { troubleError, troubleOf } from './trouble.js'

const coded = (code: string, rest: object = {}) => Object.assign(new Error('x'), { code, ...rest })
/** As Prisma throws what its adapter made of the driver's error. */
const nested = (cause: object, code = 'P2010') =>
  coded(code, { meta: { driverAdapterError: Object.assign(new Error('DriverAdapterError'), { cause }) } })

describe('trouble around the work', () => {
  it.each([
    ['away', coded('ECONNREFUSED')],
    ['away', new AggregateError([coded('ECONNREFUSED'), coded('ECONNREFUSED')])],
    ['away', coded('57P03')],
    ['away', new Error('Connection terminated unexpectedly')],
    ['away', nested({ kind: 'postgres', code: '57P01' })],
    ['away', nested({ kind: 'DatabaseNotReachable' }, 'P2039')],
    ['busy', new Error('timeout exceeded when trying to connect')],
    ['busy', coded('P2028')],
    ['busy', nested({ kind: 'TooManyConnections', originalCode: '53300' })],
    ['full', coded('ENOSPC', { syscall: 'write' })],
    ['full', nested({ kind: 'postgres', code: '53100' })],
    ['full', new Error('copy failed', { cause: coded('53100') })],
  ])('is read as %s from %o', (trouble, thrown) => {
    expect(troubleOf(thrown)).toBe(trouble)
  })

  it.each([
    ['a wrong statement', coded('42P01')],
    ['a broken rule', nested({ kind: 'ForeignKeyConstraintViolation', originalCode: '23503' }, 'P2003')],
    ['what has its own text already', new AppError('hub_unreachable', 'x', {}, { cause: coded('ECONNREFUSED') })],
    ['no error', undefined],
  ])('is not %s', (_, thrown) => {
    expect(troubleError(thrown)).toBeNull()
  })

  it('ends in errors that hold one another', () => {
    const one = new Error('one')
    one.cause = new Error('two', { cause: one })
    expect(troubleOf(one)).toBeNull()
  })
})
