import { SUBJECTS, type SubjectType, words } from '@mistudio/contracts'
import fc from 'fast-check'
import { matchPath } from 'react-router'
import { describe, expect, it } from 'vitest'
import { places, subjectPlace } from './index.js'

type Word<T> = words.Word<T>
const { flag, listOf, number, oneOf, text, whole } = words

interface LoosePlace {
  (told: Readonly<Record<string, unknown>>): string
  path: string
  words: Readonly<Record<string, Word<unknown>>>
  read(params: Readonly<Record<string, string | undefined>>, query: URLSearchParams): Record<string, unknown>
}
const ALL = Object.entries(places) as unknown as [string, LoosePlace][]

/** Any value that a word may be asked to write. */
const anyValue = (word: Word<unknown>): fc.Arbitrary<unknown> => {
  if (word.several) return fc.array(anyValue(word.several), { minLength: 1, maxLength: 5 })
  if (word.values) return fc.constantFrom(...word.values)
  if (word === flag) return fc.constant(true)
  if (word === number) return fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)
  if (word === whole) return fc.nat()
  return fc.string({ unit: 'binary', minLength: 1 })
}
const told = ({ path, words }: LoosePlace): fc.Arbitrary<Record<string, unknown>> => {
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => name)
  const required = Object.fromEntries(inPath.map((name) => [name, words[name] ? anyValue(words[name]) : fc.uuid()]))
  const asked = Object.entries(words).filter(([name]) => !inPath.includes(name))
  // Lists in addresses are of ids and numbers.
  const offered = asked.map(([name, word]) => [
    name,
    word.several === text ? fc.array(fc.uuid(), { minLength: 1 }) : anyValue(word),
  ])
  return fc
    .tuple(fc.record(required), fc.record(Object.fromEntries(offered), { requiredKeys: [] }))
    .map(([must, may]) => Object.assign({}, must, may))
}
const readBack = (place: LoosePlace, address: string): Record<string, unknown> => {
  const url = new URL(address, 'http://localhost')
  const match = matchPath(place.path, url.pathname)
  expect(match, `${address} is not of ${place.path}`).not.toBeNull()
  const found = place.read(match?.params ?? {}, url.searchParams)
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined))
}

describe('places', () => {
  it.each(ALL)('%s: what an address was built from is read back from it', (_, place) => {
    fc.assert(
      fc.property(told(place), (values) => {
        expect(readBack(place, place(values))).toEqual(values)
      }),
    )
  })
  it.each(ALL)('%s: an address says nothing that was not told', (_, place) => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (noise) => {
        const query = new URLSearchParams(Object.keys(place.words).map((name) => [name, noise]))
        for (const [name, value] of Object.entries(place.read({}, query)))
          if (value !== undefined) expect((place.words[name] ?? text).read(noise)).toEqual(value)
      }),
    )
  })
  it('no two pages share an address', () => {
    const paths = ALL.map(([, { path }]) => path.replace(/:\w+/g, ':'))
    expect(new Set(paths).size).toBe(paths.length)
  })
  it('leaves out what is empty, null or undefined', () => {
    expect(places.steering({ extraction: undefined, features: [] })).toBe('/steering')
    expect(places.hub({ q: '', repo: null })).toBe('/hub')
    expect(places.newTraining({ modelId: 'm', site: 'blocks.0.hook_mlp_out' })).toBe(
      '/trainings/new?modelId=m&site=blocks.0.hook_mlp_out',
    )
  })
  it('leads to the page of every subject that has one', () => {
    const pages = Object.fromEntries(
      (Object.keys(SUBJECTS) as SubjectType[]).map((type) => [type, subjectPlace(type, 'x')]),
    )
    expect(pages).toMatchObject({ training: '/trainings/x', extraction: '/features/x', capture: '/captures/x' })
    expect(pages).toMatchObject({ tokenization: null, system: null })
  })
})

describe('words', () => {
  it('read nothing from what they never wrote', () => {
    expect(whole.read('-1')).toBeUndefined()
    expect(whole.read('1.5')).toBeUndefined()
    expect(number.read('')).toBeUndefined()
    expect(oneOf('a', 'b').read('c')).toBeUndefined()
    expect(flag.read('0')).toBeUndefined()
    expect(listOf(whole).read('12,x,40')).toEqual([12, 40])
  })
})
