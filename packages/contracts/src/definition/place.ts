// A place: the address of one page of the UI as a typed function of what it shows, with its pattern for the router and its reader. Pure.
import { text, type Word } from './words.js'

type Words = Readonly<Record<string, Word<unknown>>>
type Named<P extends string> = P extends `${string}:${infer Name}/${infer Rest}`
  ? Name | Named<`/${Rest}`>
  : P extends `${string}:${infer Name}`
    ? Name
    : never
type Value<W extends Words, K extends string> = K extends keyof W ? (W[K] extends Word<infer T> ? T : never) : string

/** What an address must name (its path) and may name (its query). */
type Told<P extends string, W extends Words> = { readonly [K in Named<P>]: Value<W, K> } & {
  readonly [K in Exclude<keyof W & string, Named<P>>]?: Value<W, K> | null | undefined
}
/** What an address was found to say; undefined for what it does not say or says in a way that the place never wrote. */
type Asked<P extends string, W extends Words> = {
  readonly [K in Named<P> | (keyof W & string)]: Value<W, K> | undefined
}
/** Values of the query to set; null or undefined takes one away. */
type Changes<P extends string, W extends Words> = {
  readonly [K in Exclude<keyof W & string, Named<P>>]?: Value<W, K> | null | undefined
}

/** What every place has, whatever it says. */
export interface AnyPlace {
  readonly path: `/${string}`
  readonly words: Words
}
export interface Place<P extends string, W extends Words> {
  (...told: Named<P> extends never ? [told?: Told<P, W>] : [told: Told<P, W>]): string
  /** For the router. */
  readonly path: P
  readonly words: W
  read(params: Readonly<Record<string, string | undefined>>, query: URLSearchParams): Asked<P, W>
  /** The changes as parameters of the query; null removes one. */
  changes(changes: Changes<P, W>): Record<string, string | null>
}
export type AskedOf<T> = T extends Place<infer P, infer W> ? Asked<P, W> : never
export type PlaceChanges<T> = T extends Place<infer P, infer W> ? Changes<P, W> : never

/**
 * @param path `/features/:extractionId/:index`; a parameter is a text unless `words` says otherwise
 * @param words what the query may say, in the order in which it is written
 */
export const place = <P extends `/${string}`, W extends Words>(path: P, words: W): Place<P, W> => {
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => name)
  const inQuery = Object.keys(words).filter((name) => !inPath.includes(name))
  const wordOf = (name: string): Word<unknown> => words[name] ?? text
  const written = (name: string, value: unknown): string | null =>
    value === undefined || value === null ? null : wordOf(name).write(value) || null
  const changes = (values: Readonly<Record<string, unknown>>): Record<string, string | null> =>
    Object.fromEntries(inQuery.flatMap((name) => (name in values ? [[name, written(name, values[name])]] : [])))
  const build = (told: Readonly<Record<string, unknown>> = {}): string => {
    const filled = path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(written(name, told[name]) ?? ''))
    const query = Object.entries(changes(told)).filter((entry): entry is [string, string] => entry[1] !== null)
    return query.length > 0 ? `${filled}?${new URLSearchParams(query)}` : filled
  }
  const read = (params: Readonly<Record<string, string | undefined>>, query: URLSearchParams) =>
    Object.fromEntries([
      ...inPath.map((name) => [name, wordOf(name).read(params[name] ?? '')]),
      ...inQuery.map((name) => [name, wordOf(name).read(query.get(name) ?? '')]),
    ])
  return Object.assign(build, { path, words, read, changes }) as unknown as Place<P, W>
}
