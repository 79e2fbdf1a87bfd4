// What the address of the current page says, and the way to change it.
import { useParams } from 'react-router'
import type { AskedOf, PlaceChanges } from '../places/index.js'
import { type UpdateOptions, useUrlParams } from './url-params.js'

interface Readable {
  read(params: Readonly<Record<string, string | undefined>>, query: URLSearchParams): unknown
  changes(changes: object): Record<string, string | null>
}

/** `const [{ id = '', tab }, change] = usePlace(places.model)`; `change({ tab: null })` takes one away. */
export function usePlace<T extends Readable>(
  place: T,
): [AskedOf<T>, (changes: PlaceChanges<T>, options?: UpdateOptions) => void] {
  const params = useParams()
  const [query, update] = useUrlParams()
  const change = (changes: PlaceChanges<T>, options?: UpdateOptions) =>
    update(place.changes(changes as object), options)
  return [place.read(params, query) as AskedOf<T>, change]
}
