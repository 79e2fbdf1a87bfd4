// Every page's address, once: what it is built from and how it is read back. Rooms say theirs in their definitions; links, routes and
// pages ask here, and no address is written by hand anywhere else (`scripts/rules.mjs`). Pure; knows nothing of React.
import { PLACES, place, SUBJECTS, type SubjectType } from '@mistudio/contracts'

export type { AskedOf, PlaceChanges } from '@mistudio/contracts'

const home = place('/', {})
export const places = Object.assign({ home }, PLACES)
export type Places = typeof places

/** Page of a thing that jobs work on, as its room's definition names it; null for what has none of its own. */
export function subjectPlace(type: SubjectType, id: string): string | null {
  const { place } = SUBJECTS[type]
  return place && places[place].path.replace(/:\w+/, encodeURIComponent(id))
}
