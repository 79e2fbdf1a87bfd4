// How single values stand in the address of a page. A word reads back exactly what it wrote and answers undefined for anything else. Pure.
import type { LateEnum } from './late-enum.js'

export interface Word<T> {
  /** An empty text stands for no value: it is left out of the address. */
  write(value: T): string
  read(text: string): T | undefined
  /** Of a choice: all it can be. */
  readonly values?: readonly string[]
  /** Of a list: the word of its parts. */
  readonly several?: Word<unknown>
}

export const text: Word<string> = { write: (value) => value, read: (found) => (found === '' ? undefined : found) }

/** There or not. Earlier versions wrote `true` in some places. */
export const flag: Word<boolean> = {
  write: (value) => (value ? '1' : ''),
  read: (found) => (found === '1' || found === 'true' ? true : undefined),
}

export const number: Word<number> = {
  write: (value) => (Number.isFinite(value) ? String(value) : ''),
  read: (found) => {
    const value = found.trim() === '' ? Number.NaN : Number(found)
    return Number.isFinite(value) ? value : undefined
  },
}

/** 0, 1, 2 … */
export const whole: Word<number> = {
  write: (value) => (Number.isSafeInteger(value) && value >= 0 ? String(value) : ''),
  read: (found) => {
    const value = /^\d+$/.test(found) ? Number(found) : Number.NaN
    return Number.isSafeInteger(value) ? value : undefined
  },
}

export const oneOf = <T extends string>(...values: readonly T[]): Word<T> => ({
  write: (value) => value,
  read: (found) => values.find((value) => value === found),
  values,
})

/** A choice of what all rooms say together. */
export const oneOfAll = <T extends string>({ values }: Pick<LateEnum<T>, 'values'>): Word<T> => ({
  write: (value) => value,
  read: (found) => values().find((value) => value === found),
  get values() {
    return values()
  },
})

/** Several, separated by commas; words that hold a comma do not belong in one. What cannot be read is left out. */
export const listOf = <T>(word: Word<T>): Word<readonly T[]> => ({
  write: (values) => values.map((value) => word.write(value)).join(','),
  read: (found) => {
    const values = found.split(',').flatMap((part) => word.read(part) ?? [])
    return values.length > 0 ? values : undefined
  },
  several: word as Word<unknown>,
})
